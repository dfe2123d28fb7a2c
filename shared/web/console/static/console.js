// What pages do beyond being read: they fetch what is new, unless somebody is writing or paused it.
"use strict";
(() => {
  const EVERY = 10_000;
  const PAUSED = "driftgate-paused";
  let written = false;

  // What is open stays open, and what was loaded on demand stays, when new content comes in.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === "open" && node.tagName === "DETAILS");
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) =>
    node.nodeType !== Node.ELEMENT_NODE || node.getAttribute("im-preserve") !== "true";

  const main = () => document.querySelector("main[data-live]");
  const button = () => document.getElementById("live");
  const paused = () => sessionStorage.getItem(PAUSED) === "yes";

  function show() {
    const live = button();
    if (!live) return;
    live.setAttribute("aria-pressed", paused() ? "false" : "true");
    live.textContent = paused() ? "Paused" : "Live";
  }

  function refresh() {
    if (!main() || document.hidden || paused() || written) return;
    htmx.trigger(main(), "refresh");
  }

  document.addEventListener("input", (event) => {
    if (event.target.closest("main form")) written = true;
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#live")) return;
    sessionStorage.setItem(PAUSED, paused() ? "no" : "yes");
    show();
    refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  for (const fault of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(fault, () => { if (button()) button().textContent = "Not up to date"; });
  }
  document.addEventListener("htmx:afterSwap", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
    const search = document.querySelector("main input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  });
  // On a phone the places are wider than the screen: the one that is shown is scrolled to,
  // by hand, since what is scrolled into view would be where Tab begins.
  const current = document.querySelector("nav [aria-current=page]");
  if (current) {
    const [at, within] = [current, current.closest("nav")].map((one) => one.getBoundingClientRect());
    current.closest("nav").scrollLeft += at.left - within.left - (within.width - at.width) / 2;
  }
  show();
  setInterval(refresh, EVERY);
})();
