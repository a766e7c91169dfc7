"use strict";
// Search and filters. What is chosen stands in the address after #, so that it can be linked to.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const words = document.getElementById("words");
  const found = document.getElementById("found");
  const selects = [...form.querySelectorAll("select")];
  const entries = [...document.querySelectorAll("[data-article]")];

  function hits(entry, ids, label) {
    const line = entry.querySelector(".hits");
    line.replaceChildren();
    line.hidden = !ids.length;
    if (!ids.length) return;
    line.append(`${label}: `);
    for (const id of ids) {
      const link = document.createElement("a");
      link.href = `articles/${encodeURIComponent(entry.dataset.article)}.html#${encodeURIComponent(id)}`;
      link.textContent = id;
      line.append(link, " ");
    }
  }

  function apply() {
    const wanted = words.value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of entries) {
      const article = data[entry.dataset.article];
      let label = "";
      const fits = wanted.every((word) => article.words.includes(word)) && selects.every((select) => {
        if (!select.value) return true;
        if (select.dataset.filter !== "label") return article[select.dataset.filter].includes(select.value);
        label = select.value;
        return Object.hasOwn(article.label, label);
      });
      entry.hidden = !fits;
      count += fits;
      hits(entry, fits && label ? article.label[label] : [], label);
    }
    found.textContent = `${count} of ${entries.length} articles`;
  }

  function read() {
    const chosen = new URLSearchParams(location.hash.slice(1));
    words.value = chosen.get("words") ?? "";
    for (const select of selects) {
      select.value = chosen.get(select.dataset.filter) ?? "";
      if (select.selectedIndex < 0) select.value = "";
    }
    apply();
  }

  function changed() {
    const chosen = new URLSearchParams();
    if (words.value) chosen.set("words", words.value);
    for (const select of selects) if (select.value) chosen.set(select.dataset.filter, select.value);
    history.replaceState(null, "", `#${chosen}`);
    apply();
  }

  form.hidden = false;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", read);
  read();
})();
