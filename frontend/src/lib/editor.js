// The query's editor: CodeMirror in a shadow root, whose constructed style sheets the strict CSP allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting,
} from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

// colours are the page's own (custom properties reach into the shadow root), so that light and dark follow it
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", fontSize: "15px", borderRadius: "8px" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": {
    fontFamily: "var(--mono)", lineHeight: "1.65", minHeight: "15rem", maxHeight: "32rem",
    alignItems: "stretch !important",
  },
  ".cm-content": { caretColor: "var(--ink)", padding: ".6rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selected)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
  ".cm-selectionMatch": { backgroundColor: "var(--mark)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)", outline: "1px solid var(--soft)" },
  ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--soft)", border: "0", borderRadius: "8px 0 0 8px" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 .5rem 0 .3rem", minWidth: "1.9rem" },
  ".cm-tooltip": {
    backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px",
    boxShadow: "0 8px 24px rgb(0 0 0 / .18)", overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "14px", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".2rem .6rem", display: "flex", gap: ".9rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent) !important", color: "var(--accent-ink) !important",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", marginLeft: "auto", opacity: ".85" },
  ".cm-completionIcon": { display: "none" },
  ".cm-diagnostic": {
    fontFamily: "var(--sans)", fontSize: "14px", padding: ".5rem .8rem", maxWidth: "min(34rem, 86vw)",
    whiteSpace: "normal",
  },
  ".cm-diagnostic p": { margin: "0 0 .3rem", lineHeight: "1.5" },
  ".cm-diagnostic .en": { color: "var(--soft)", fontSize: ".9em" },
  ".cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: ".92em" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--warn)" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--accent)", color: "var(--accent-ink)", borderRadius: "5px", padding: ".15rem .7rem",
    marginLeft: "0", display: "block", marginTop: ".4rem", font: "inherit", cursor: "pointer",
  },
  ".cm-gutter-lint": { width: "1.1rem" },
  ".cm-panels": { backgroundColor: "var(--wash)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-textfield, .cm-button": {
    backgroundColor: "var(--paper)", backgroundImage: "none", color: "var(--ink)", border: "1px solid var(--soft)",
    borderRadius: "5px",
  },
  ".cm-panel.cm-search label, .cm-panel button[name=close]": { color: "var(--ink)" },
});

const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-word)", fontWeight: "600" },
  { tag: tags.standard(tags.variableName), color: "var(--code-word)" },
  { tag: tags.local(tags.variableName), color: "var(--code-variable)", whiteSpace: "nowrap" },
  { tag: tags.atom, color: "var(--code-name)" },
  { tag: tags.string, color: "var(--code-text)" },
  { tag: tags.meta, color: "var(--code-text)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]));

// Chromium keeps the colour of what is typed over by inline style, which the CSP refuses: so the editor types itself
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || !event.data || event.isComposing || main.empty) return false;
    const change = () => view.state.update(view.state.replaceSelection(event.data), {
      userEvent: "input.type", scrollIntoView: true,
    });
    const handled = view.state.facet(EditorView.inputHandler)
      .some((handler) => handler(view, main.from, main.to, event.data, change));
    if (!handled) view.dispatch(change());
    event.preventDefault();
    return true;
  },
});

/** The offset of a line and column (both from 1; columns count characters, not UTF-16 units). */
export function offset(doc, line, column) {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = [...found.text].slice(0, Math.max(column, 1) - 1).join("").length;
  return Math.min(found.from + before, found.to);
}

/** What an error or slip of the service looks like in the editor. */
function diagnostic(doc, hint, describe) {
  const from = hint.line ? offset(doc, hint.line, hint.column) : 0;
  const word = /^[^\s,;{}()]+/.exec(doc.sliceString(from, doc.lineAt(from).to));
  const to = word ? from + word[0].length : Math.min(from + 1, doc.length);
  const actions = hint.fix
    ? [{ name: hint.fix.name, apply: (view) => view.dispatch({ changes: { from, to, insert: hint.fix.text } }) }]
    : [];
  return {
    from, to, severity: hint.severity ?? "error", actions, message: hint.message, renderMessage: () => describe(hint),
  };
}

/**
 * An editor in place of a textarea, which keeps the text for the form.
 * `complete` is CodeMirror's source of completions, `check` gives the slips of a text, `describe` the nodes that
 * tell of one; `run` is called by Ctrl+Enter, `changed` with every new text.
 */
export function editorFor(textarea, { label, phrases, complete, check, describe, run, changed }) {
  const host = document.createElement("div");
  host.className = "editor";
  textarea.before(host);
  textarea.hidden = true;
  const root = host.attachShadow({ mode: "open" });
  // the gutter's tooltip closes when the window sees the mouse elsewhere, and from outside, all in here is the host
  root.addEventListener("mousemove", (event) => {
    if (event.target.closest(".cm-tooltip-lint")) event.stopPropagation();
  });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorState.phrases.of(phrases), lineNumbers(), lintGutter(), highlightActiveLineGutter(), history(),
        drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        highlightSelectionMatches(), EditorView.lineWrapping, typedOver, StreamLanguage.define(sparql), colours, theme,
        autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
        linter(async ({ state }) => {
          const found = await check(state.doc.toString());
          // the text may have become shorter meanwhile; CodeMirror asks again then
          return found.map((hint) => diagnostic(state.doc, hint, describe));
        }, { delay: 600 }),
        keymap.of([
          { key: "Mod-Enter", run: () => { run(); return true; } },
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap,
          ...lintKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label, autocapitalize: "off", spellcheck: "false", tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          changed(textarea.value);
        }),
      ],
    }),
  });
  return {
    view,
    get text() { return view.state.doc.toString(); },
    set text(value) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } }); },
    /** Puts the cursor at a line and column and gives the editor the focus. */
    go(line, column) {
      view.dispatch({ selection: { anchor: offset(view.state.doc, line, column) }, scrollIntoView: true });
      view.focus();
    },
    /** Shows what went wrong when the text was run. */
    tell(hints) {
      view.dispatch(setDiagnostics(view.state, hints.map((hint) => diagnostic(view.state.doc, hint, describe))));
    },
  };
}
