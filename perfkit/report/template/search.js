(() => {
  const pages = JSON.parse(document.getElementById("pages").textContent);
  const form = document.querySelector("form.search");
  const words = document.getElementById("words");
  const found = document.getElementById("found");
  const count = document.getElementById("count");
  const fields = [["title", 8], ["names", 5], ["summary", 3], ["prose", 1]];
  // every word must occur somewhere; where it occurs, and whether at the beginning of a word, decides the order
  const weigh = (page, wanted) => {
    let sum = 0;
    for (const word of wanted) {
      let best = 0;
      for (const [field, weight] of fields) {
        const text = page[field].toLowerCase(), at = text.indexOf(word);
        if (at >= 0) best = Math.max(best, weight * (at === 0 || /[^a-z0-9]/.test(text[at - 1]) ? 2 : 1));
      }
      if (!best) return 0;
      sum += best;
    }
    return sum;
  };
  const search = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.length ? pages.map((page) => [weigh(page, wanted), page]).filter(([sum]) => sum) : [];
    hits.sort((one, other) => other[0] - one[0]);
    count.textContent = wanted.length ? `${hits.length} of ${pages.length} pages` : "";
    found.replaceChildren(...hits.map(([, page]) => {
      const item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("p");
      link.href = `${page.id}.html`;
      link.textContent = page.title;
      text.textContent = page.summary;
      item.append(link, text);
      return item;
    }));
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); found.querySelector("a")?.click(); });
  words.addEventListener("input", search);
  words.value = decodeURIComponent(location.hash.startsWith("#search=") ? location.hash.slice(8) : "");
  search();
})();
