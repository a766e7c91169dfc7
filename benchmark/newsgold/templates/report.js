"use strict";
// Filters, and spans that open their records. Everything can be read without this.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const articles = [...document.querySelectorAll(".article")], out = form.querySelector("output");
  form.hidden = false;
  document.body.classList.add("ready");
  const wanted = (row, kind) => !kind || [...row.cells].some((cell) => {
    const word = /^\S+ ([a-z ]+)/.exec(cell.className ? cell.textContent : "");
    return word && (kind === "*" ? word[1].trim() !== "hit" : word[1].trim() === kind);
  });
  const apply = () => {
    const layers = new Set([...form.querySelectorAll("[name=layer]:checked")].map((box) => box.value));
    const kind = form.elements.kind.value, only = form.elements.article.value;
    let records = 0, shown = 0;
    for (const box of form.querySelectorAll("[name=layer]")) document.body.classList.toggle("no-" + box.value, !box.checked);
    for (const article of articles) {
      let own = 0;
      for (const body of article.querySelectorAll("tbody")) {
        let n = 0;
        for (const row of body.rows) if (row.id || row.dataset.n) {
          row.hidden = !(layers.has(body.rows[0].textContent.trim()) && wanted(row, kind));
          n += row.hidden ? 0 : Number(row.dataset.n || 1);
        }
        body.hidden = !n;
        own += n;
      }
      article.hidden = only ? article.dataset.n !== only : !own && (kind || layers.size < 5);
      if (!article.hidden) { records += own; shown += 1; }
    }
    out.value = `${records} record${records === 1 ? "" : "s"} in ${shown} article${shown === 1 ? "" : "s"}`;
  };
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) { form.reset(); apply(); target.scrollIntoView(); }
  };
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const span = event.target.closest("u");
    if (!span || event.target.closest("a[href]") || String(getSelection())) return;
    const label = span.querySelector(":scope > a"), word = label && label.textContent.replace("…", "");
    const same = () => [...span.closest(".article").querySelectorAll("u > a[id]")].find((other) => other.textContent === word);
    const link = span.dataset.r || (label && (label.hash || (same() || {}).hash));
    if (link) location.hash = link;
  });
  apply();
  reveal();
})();
