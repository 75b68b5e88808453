-- pairs of numbers
select e.id from events e where e.rank is not null and (e.id, e.small) in ((1, 7), (2, 4), (3, 1), (4, 8), (5, 5), (6, 2), (7, 9), (8, 6), (9, 3), (10, 0), (11, 7), (12, 4), (13, 1), (14, 8), (15, 5), (16, 2), (17, 9), (18, 6), (19, 3), (20, 0), (21, 7), (22, 4), (23, 1), (24, 8), (25, 5), (26, 2), (27, 9), (28, 6), (29, 3), (30, 0), (31, 7), (32, 4));
--> row-list-to-values (large-in-list, planning-dominates, or-across-columns)
--> select e.id from events e where e.rank is not null and (e.id, e.small) in (values (1, 7), (2, 4), (3, 1), (4, 8), (5, 5), (6, 2), (7, 9), (8, 6), (9, 3), (10, 0), (11, 7), (12, 4), (13, 1), (14, 8), (15, 5), (16, 2), (17, 9), (18, 6), (19, 3), (20, 0), (21, 7), (22, 4), (23, 1), (24, 8), (25, 5), (26, 2), (27, 9), (28, 6), (29, 3), (30, 0), (31, 7), (32, 4))
-->   if IN over VALUES finds the same rows once each
-->   same 2 rows

-- pairs with a date, which must be told its type
SELECT id FROM events WHERE (day, kind) IN (('2024-01-01', 'kind 0'), ('2024-02-04', 'kind 1'), ('2024-03-07', 'kind 2'), ('2024-01-10', 'kind 3'), ('2024-02-13', 'kind 4'), ('2024-03-16', 'kind 5'), ('2024-01-19', 'kind 6'), ('2024-02-22', 'kind 0'), ('2024-03-25', 'kind 1'), ('2024-01-28', 'kind 2'), ('2024-02-03', 'kind 3'), ('2024-03-06', 'kind 4'), ('2024-01-09', 'kind 5'), ('2024-02-12', 'kind 6'), ('2024-03-15', 'kind 0'), ('2024-01-18', 'kind 1'), ('2024-02-21', 'kind 2'), ('2024-03-24', 'kind 3'), ('2024-01-27', 'kind 4'), ('2024-02-02', 'kind 5'), ('2024-03-05', 'kind 6'), ('2024-01-08', 'kind 0'), ('2024-02-11', 'kind 1'), ('2024-03-14', 'kind 2'), ('2024-01-17', 'kind 3'), ('2024-02-20', 'kind 4'), ('2024-03-23', 'kind 5'), ('2024-01-26', 'kind 6'), ('2024-02-01', 'kind 0'), ('2024-03-04', 'kind 1'), ('2024-01-07', 'kind 2'), ('2024-03-31', 'kind 3'));
--> row-list-to-values (large-in-list, planning-dominates, or-across-columns)
--> SELECT id FROM events WHERE (day, kind) IN (VALUES ('2024-01-01'::date, 'kind 0'), ('2024-02-04', 'kind 1'), ('2024-03-07', 'kind 2'), ('2024-01-10', 'kind 3'), ('2024-02-13', 'kind 4'), ('2024-03-16', 'kind 5'), ('2024-01-19', 'kind 6'), ('2024-02-22', 'kind 0'), ('2024-03-25', 'kind 1'), ('2024-01-28', 'kind 2'), ('2024-02-03', 'kind 3'), ('2024-03-06', 'kind 4'), ('2024-01-09', 'kind 5'), ('2024-02-12', 'kind 6'), ('2024-03-15', 'kind 0'), ('2024-01-18', 'kind 1'), ('2024-02-21', 'kind 2'), ('2024-03-24', 'kind 3'), ('2024-01-27', 'kind 4'), ('2024-02-02', 'kind 5'), ('2024-03-05', 'kind 6'), ('2024-01-08', 'kind 0'), ('2024-02-11', 'kind 1'), ('2024-03-14', 'kind 2'), ('2024-01-17', 'kind 3'), ('2024-02-20', 'kind 4'), ('2024-03-23', 'kind 5'), ('2024-01-26', 'kind 6'), ('2024-02-01', 'kind 0'), ('2024-03-04', 'kind 1'), ('2024-01-07', 'kind 2'), ('2024-03-31', 'kind 3'))
-->   if IN over VALUES finds the same rows once each
-->   same 10 rows

-- not in pairs
select id from events where (id, small) not in ((1, 7), (2, 4), (3, 1), (4, 8), (5, 5), (6, 2), (7, 9), (8, 6), (9, 3), (10, 0), (11, 7), (12, 4), (13, 1), (14, 8), (15, 5), (16, 2), (17, 9), (18, 6), (19, 3), (20, 0), (21, 7), (22, 4), (23, 1), (24, 8), (25, 5), (26, 2), (27, 9), (28, 6), (29, 3), (30, 0), (31, 7), (32, 4));
--> row-list-to-values (large-in-list, planning-dominates, or-across-columns)
--> select id from events where (id, small) not in (values (1, 7), (2, 4), (3, 1), (4, 8), (5, 5), (6, 2), (7, 9), (8, 6), (9, 3), (10, 0), (11, 7), (12, 4), (13, 1), (14, 8), (15, 5), (16, 2), (17, 9), (18, 6), (19, 3), (20, 0), (21, 7), (22, 4), (23, 1), (24, 8), (25, 5), (26, 2), (27, 9), (28, 6), (29, 3), (30, 0), (31, 7), (32, 4))
-->   if IN over VALUES finds the same rows once each
-->   same 291 rows

-- single numbers, with parameters with 17, 18
select id from events where id in ($1, $2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
--> row-list-to-values (large-in-list, planning-dominates, or-across-columns)
--> select id from events where id in (values ($1::integer), ($2), (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29))
-->   if IN over VALUES finds the same rows once each
-->   same 29 rows

-- a short list: nothing
select id from events where (id, small) in ((1, 1), (2, 2));
--> nothing

-- equal arms
select e.id from events e where (e.rank = 1 or e.rank = 2 or e.rank = 3 or e.rank = 4 or e.rank = 5 or e.rank = 6 or e.rank = 7 or e.rank = 8 or e.rank = 9 or e.rank = 10) and e.id < 200;
--> equal-arms-to-list (large-in-list, planning-dominates, or-across-columns)
--> select e.id from events e where e.rank in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10) and e.id < 200
-->   if each arm asks for equality on the same columns
-->   same 90 rows

-- equal arms over two columns
select id from events where (kind = 'kind 0' and day = '2024-03-28') or (kind = 'kind 1' and day = '2024-03-29') or (kind = 'kind 2' and day = '2024-03-30') or (kind = 'kind 3' and day = '2024-03-31') or (kind = 'kind 4' and day = '2024-03-28') or (kind = 'kind 0' and day = '2024-03-29') or (kind = 'kind 1' and day = '2024-03-30') or (kind = 'kind 2' and day = '2024-03-31') or (kind = 'kind 3' and day = '2024-03-28') or (kind = 'kind 4' and day = '2024-03-29') or (kind = 'kind 0' and day = '2024-03-30') or (kind = 'kind 1' and day = '2024-03-31') or (day = '2024-10-27' and kind = 'kind 2');
--> equal-arms-to-list (large-in-list, planning-dominates, or-across-columns)
--> select id from events where (day, kind) in (values ('2024-03-28'::date, 'kind 0'), ('2024-03-29', 'kind 1'), ('2024-03-30', 'kind 2'), ('2024-03-31', 'kind 3'), ('2024-03-28', 'kind 4'), ('2024-03-29', 'kind 0'), ('2024-03-30', 'kind 1'), ('2024-03-31', 'kind 2'), ('2024-03-28', 'kind 3'), ('2024-03-29', 'kind 4'), ('2024-03-30', 'kind 0'), ('2024-03-31', 'kind 1'), ('2024-10-27', 'kind 2'))
-->   if each arm asks for equality on the same columns
-->   same 36 rows

-- arms over other columns: nothing
select id from events where rank = 0 or rank = 1 or rank = 2 or rank = 3 or rank = 4 or rank = 5 or rank = 6 or rank = 7 or rank = 8 or rank = 9 or id = 3;
--> nothing

-- few arms: nothing
select id from events where rank = 3 or rank = 4;
--> nothing
