vacuum (analyze, freeze) lineitem;
vacuum (analyze, freeze) orders;
vacuum (analyze, freeze) partsupp;
vacuum (analyze, freeze) part;
vacuum (analyze, freeze) customer;
vacuum (analyze, freeze) supplier;
vacuum (analyze, freeze) nation;
vacuum (analyze, freeze) region;
