// The search of the start page. All words must occur in an entry; those with a word in their name come first.
"use strict";
(() => {
  const box = document.getElementById("search");
  const [query, kind, severity] = ["query", "kind", "severity"].map((id) => document.getElementById(id));
  const [found, results] = ["found", "results"].map((id) => document.getElementById(id));
  const MOST = 50;
  const names = CONTENT.map((entry) => entry[0].toLowerCase());
  const show = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter((word) => word);
    results.replaceChildren();
    if (!words.length && !kind.value && !severity.value) {
      found.textContent = "";
      return;
    }
    const first = [], second = [];
    CONTENT.forEach((entry, at) => {
      if ((kind.value && entry[2] !== kind.value) || (severity.value && entry[3] !== severity.value)) return;
      if (words.every((word) => names[at].includes(word))) first.push(entry);
      else if (words.every((word) => names[at].includes(word) || entry[4].includes(word))) second.push(entry);
    });
    const all = first.concat(second);
    found.textContent = `${all.length} found` + (all.length > MOST ? `, of which the first ${MOST} are shown` : "");
    for (const [name, page, what] of all.slice(0, MOST)) {
      const item = document.createElement("li"), link = document.createElement("a"), note = document.createElement("small");
      link.href = page;
      link.textContent = name;
      note.textContent = " " + what;
      item.append(link, note);
      results.append(item);
    }
  };
  for (const input of [query, kind, severity]) input.addEventListener("input", show);
  box.hidden = false;
  show();
})();
