// The theme that was chosen, before anything is painted. No module: those run after the first paint.
try {
  document.documentElement.dataset.theme = localStorage.getItem("riffler.theme") ?? "system";
} catch {
  // this browser keeps nothing: it is the system's theme
}
