"use strict";
// The page's own data only: nothing is fetched. What is shown stands in the address after "#".
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const PER_PAGE = 5;
  const TEXTS = ["instruction", "input", "output"];
  const state = { cell: "", q: "", page: 0 };

  // -- theme
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.theme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
  at("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });

  // -- saving a picture
  const svgText = (figure) => {
    // Of two, the one that is shown.
    const drawn = [...figure.querySelectorAll("svg")].find((one) => one.getClientRects().length);
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const copy = drawn.cloneNode(true);
    const [, , width, height] = drawn.getAttribute("viewBox").split(" ");
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.setAttribute("font-family", "sans-serif");
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    ground.setAttribute("width", width);
    ground.setAttribute("height", height);
    ground.setAttribute("fill", colour("--ground"));
    copy.insertBefore(ground, copy.firstChild);
    return new XMLSerializer().serializeToString(copy)
      .replaceAll("currentColor", colour("--ink"))
      .replaceAll("var(--faint)", colour("--faint"));
  };
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const saveSvg = (figure) =>
    save(new Blob([svgText(figure)], { type: "image/svg+xml" }), figure.id + ".svg");
  const savePng = (figure) => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = picture.width * 3;
      canvas.height = picture.height * 3;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, figure.id + ".png"), "image/png");
    };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svgText(figure));
  };
  for (const figure of document.querySelectorAll("figure")) {
    figure.querySelector("[data-save=svg]").addEventListener("click", () => saveSvg(figure));
    figure.querySelector("[data-save=png]").addEventListener("click", () => savePng(figure));
  }

  // -- examples
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const cellOf = (one) => one.task + "/" + one.source;
  for (const one of data) one.folded = fold([one.id, ...TEXTS.map((name) => one[name])].join("\n"));
  const option = (value, text) => {
    const made = document.createElement("option");
    made.value = value;
    made.textContent = text;
    at("cell").append(made);
  };
  option("", "all cells");
  for (const name of new Set(data.map(cellOf))) {
    const [task, source] = name.split("/");
    option(name, task.replaceAll("_", " ") + " · " + source);
  }

  const element = (name, text) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  // Text with what was searched for marked; never read as HTML.
  const marked = (text, query) => {
    const made = element("p");
    const low = text.toLowerCase();
    let from = 0;
    if (query && low.length === text.length) {
      for (let hit = low.indexOf(query); hit >= 0; hit = low.indexOf(query, from)) {
        made.append(text.slice(from, hit), element("mark", text.slice(hit, hit + query.length)));
        from = hit + query.length;
      }
    }
    made.append(text.slice(from));
    return made;
  };
  const shown = (one) => {
    const made = element("article");
    made.append(element("h3", `${one.task.replaceAll("_", " ")} · ${one.source} · ${one.split} · ${one.id} · ${one.template}`));
    for (const name of TEXTS) {
      if (one[name]) made.append(element("h4", name), marked(one[name], state.q.toLowerCase()));
    }
    return made;
  };
  const show = () => {
    const query = fold(state.q);
    const found = data.filter((one) =>
      (!state.cell || cellOf(one) === state.cell) && (!query || one.folded.includes(query)));
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const start = state.page * PER_PAGE;
    at("examples").replaceChildren(...found.slice(start, start + PER_PAGE).map(shown));
    at("found").textContent = found.length === 1 ? "1 example" : `${found.length} examples`;
    at("page").textContent = `${state.page + 1} of ${pages}`;
    at("earlier").disabled = state.page === 0;
    at("later").disabled = state.page === pages - 1;
  };
  const remember = () => {
    const words = new URLSearchParams();
    if (state.cell) words.set("cell", state.cell);
    if (state.q) words.set("q", state.q);
    if (state.page) words.set("page", state.page + 1);
    history.replaceState(null, "", "#" + words);
  };
  const read = () => {
    const words = new URLSearchParams(location.hash.slice(1));
    if (!["cell", "q", "page"].some((name) => words.has(name))) return;
    state.cell = words.get("cell") || "";
    state.q = words.get("q") || "";
    state.page = Math.max(1, parseInt(words.get("page") || "1", 10) || 1) - 1;
    at("cell").value = state.cell;
    at("query").value = state.q;
  };
  const change = (values) => { Object.assign(state, values); show(); remember(); };
  at("cell").addEventListener("change", (event) => change({ cell: event.target.value, page: 0 }));
  at("query").addEventListener("input", (event) => change({ q: event.target.value.trim(), page: 0 }));
  at("search").addEventListener("submit", (event) => event.preventDefault());
  at("earlier").addEventListener("click", () => change({ page: state.page - 1 }));
  at("later").addEventListener("click", () => change({ page: state.page + 1 }));
  window.addEventListener("hashchange", () => { read(); show(); });
  read();
  show();
})();
