// The editor of Datasette's SQL pages: colours, a tidy-up button, and Ctrl-Enter or Shift-Enter to run.
"use strict";

const input = document.querySelector("textarea#sql-editor");
const shown = document.querySelector("pre#sql-query");
const tidy = document.querySelector("button#sql-format");

if (input) {
  const run = () => input.form.submit();
  const editor = CodeMirror.fromTextArea(input, {
    mode: "text/x-sql",
    lineWrapping: true,
    viewportMargin: Infinity,
    extraKeys: { "Shift-Enter": run, "Ctrl-Enter": run, "Cmd-Enter": run, Tab: false },
  });
  editor.on("change", () => editor.save());
  if (tidy) {
    tidy.hidden = false;
    tidy.addEventListener("click", () => editor.setValue(sqlFormatter.format(editor.getValue())));
  }
} else if (shown && tidy) {
  tidy.hidden = false;
  tidy.addEventListener("click", () => {
    shown.textContent = sqlFormatter.format(shown.textContent);
  });
}
