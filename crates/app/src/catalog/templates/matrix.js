// The filters of the matrix: how many queries and rules of a kind and severity cover each technique.
"use strict";
(() => {
  const [form, kind, severity, covered, said] = ["limits", "limit-kind", "limit-severity", "limit-covered", "limited"].map((id) => document.getElementById(id));
  const cells = [...document.querySelectorAll(".matrix li")];
  const shade = (score, highest) => (score < 2 ? score : 1 + Math.min(3, Math.ceil((Math.floor(Math.log2(score)) * 3) / Math.floor(Math.log2(Math.max(2, highest))))));
  const show = () => {
    const scores = new Map();
    let left = 0;
    for (const [, , itsKind, itsSeverity, , techniques] of CONTENT) {
      if ((kind.value && itsKind !== kind.value) || (severity.value && itsSeverity !== severity.value)) continue;
      left += 1;
      for (const id of new Set(techniques.map((technique) => technique.split(".")[0]))) scores.set(id, (scores.get(id) ?? 0) + 1);
    }
    const highest = Math.max(0, ...scores.values());
    for (const cell of cells) {
      const score = scores.get(cell.dataset.id) ?? 0;
      if (cell.dataset.id) {
        cell.className = `s${shade(score, highest)}`;
        cell.querySelector("b").textContent = score || "";
      }
      cell.hidden = covered.checked && !score;
    }
    for (const column of document.querySelectorAll(".matrix section")) column.hidden = covered.checked && !column.querySelector("li:not([hidden])");
    said.textContent = kind.value || severity.value ? `${left} queries and rules` : "";
  };
  for (const input of [kind, severity, covered]) input.addEventListener("input", show);
  // A phone shows one column after the other.
  covered.checked = matchMedia("(max-width: 40rem)").matches;
  form.hidden = false;
  if (covered.checked || kind.value || severity.value) show();
})();
