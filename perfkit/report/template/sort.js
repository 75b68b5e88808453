(() => {
  // figures as perfkit writes them; of what was and what is, what is
  const units = { ms: 1, s: 1e3, min: 6e4, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
  const figure = (text) => {
    const found = /(1\/)?([-−]?[\d,]*\.?\d+) ?(ms|s|min|kB|MB|GB|TB)?\b(?: (\d\d) s)?/.exec(text.split("→").pop());
    if (!found) return null;
    const [, part, digits, unit, seconds] = found;
    const value = Number(digits.replaceAll(",", "").replace("−", "-")) * (units[unit] ?? 1) + Number(seconds ?? 0) * units.s;
    return part ? 1 / value : value;
  };
  const text = (row, place) => row.cells[place]?.textContent.trim() ?? "";
  const sorted = (rows, place, order, isFigure) => {
    const words = new Intl.Collator("en", { numeric: true });
    const compare = isFigure ? (one, other) => one - other : words.compare;
    const way = order === "ascending" ? 1 : -1;
    const valued = rows.map((row) => [row, isFigure ? figure(text(row, place)) : text(row, place).replace(/^–$/, "") || null]);
    const known = valued.filter(([, value]) => value !== null).sort(([, one], [, other]) => way * compare(one, other));
    return [...known, ...valued.filter(([, value]) => value === null)].map(([row]) => row);
  };
  document.querySelectorAll("table:is(.perfkit-list, .dataframe)").forEach((table) => {
    const body = table.tBodies[0], given = [...(body?.rows ?? [])];
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    if (given.length < 3 || table.tHead.rows.length > 1 || table.querySelector("[rowspan], [colspan]")) return;
    heads.forEach((head, place) => {
      if (!head.textContent.trim()) return;
      const isFigure = getComputedStyle(given[0].cells[place] ?? head).textAlign === "right";
      // what is large matters most among figures; the third click gives back the order that was
      const turns = isFigure ? ["descending", "ascending"] : ["ascending", "descending"];
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const order = turns[turns.indexOf(head.getAttribute("aria-sort")) + 1];
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        if (order) head.setAttribute("aria-sort", order);
        body.append(...(order ? sorted(given, place, order, isFigure) : given));
      });
    });
  });
})();
