// The search of every page. All words must occur in an entry; those with all of them in their name come first. The index is
// loaded when it is needed, as a script: pages that are opened from a folder may not load data.
"use strict";
(() => {
  const [box, query, answers, kind, severity, found, results, page] = ["search", "query", "answers", "kind", "severity", "found", "results", "page"].map((id) => document.getElementById(id));
  const root = box.dataset.root;
  const MOST = 50;
  const labels = new Map([...kind.options].map((option) => [option.value, option.textContent]));
  let names, loading, later;
  const load = () => {
    if (loading || typeof CONTENT !== "undefined") return;
    loading = document.createElement("script");
    loading.src = `${root}content.js`;
    loading.addEventListener("load", () => query.value && show());
    document.head.append(loading);
  };
  const remember = (words) => {
    try {
      history.replaceState(null, "", `${location.pathname}${words ? `?q=${encodeURIComponent(words)}` : ""}${words ? "" : location.hash}`);
    } catch {
      // Some browsers allow no such change in a folder.
    }
  };
  const show = () => {
    const text = query.value.trim();
    clearTimeout(later);
    later = setTimeout(remember, 200, text);
    page.hidden = text !== "";
    answers.hidden = text === "";
    if (text === "") {
      results.replaceChildren();
      return;
    }
    if (typeof CONTENT === "undefined") {
      load();
      return;
    }
    names ??= CONTENT.map((entry) => entry[0].toLowerCase());
    const words = text.toLowerCase().split(/\s+/);
    const first = [], second = [];
    CONTENT.forEach((entry, at) => {
      if ((kind.value && entry[2] !== kind.value) || (severity.value && entry[3] !== severity.value)) return;
      if (words.every((word) => names[at].includes(word))) first.push(entry);
      else if (words.every((word) => names[at].includes(word) || entry[4].includes(word))) second.push(entry);
    });
    const all = first.concat(second);
    found.textContent = `${all.length} found${all.length > MOST ? `, of which the first ${MOST} are shown` : ""}`;
    results.replaceChildren(...all.slice(0, MOST).map(([name, file, what, level, , techniques]) => {
      const item = document.createElement("li"), link = document.createElement("a"), note = document.createElement("small");
      link.href = root + file;
      link.textContent = name;
      note.textContent = [labels.get(what), level, techniques.join(", ")].filter((part) => part).join(" \u00b7 ");
      item.append(link, note);
      return item;
    }));
  };
  for (const input of [query, kind, severity]) input.addEventListener("input", show);
  query.addEventListener("focus", load, { once: true });
  document.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const isHere = document.activeElement === query || at >= 0;
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName) && !event.ctrlKey && !event.metaKey && !event.altKey) query.focus();
    else if (event.key === "Escape" && isHere) {
      query.value = "";
      query.focus();
      show();
    } else if (event.key === "ArrowDown" && isHere && links.length) links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? query).focus();
    else return;
    event.preventDefault();
  });
  box.hidden = false;
  const asked = new URLSearchParams(location.search).get("q");
  if (asked && !query.value) query.value = asked;
  if (query.value) show();
})();
