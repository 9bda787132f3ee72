// Suggestions while a name is typed, in the field's own list; what was chosen is sent as the thing it stands for,
// as several things may have one name.
export function nameCompletion() {
  const known = new Map();
  let timer = 0, asked = 0;

  async function offer(input) {
    const words = input.value.trim(), number = ++asked;
    if (!words || known.has(words)) return;
    try {
      const answer = await fetch(`${input.dataset.names}?q=${encodeURIComponent(words)}`);
      if (!answer.ok || number !== asked) return;
      const { suggestions } = await answer.json();
      input.list.replaceChildren(...suggestions.map((found) => {
        const option = document.createElement("option");
        const kind = input.dataset.language === "en" && found.en ? found.en : found.zh;
        const shared = suggestions.filter(({ name }) => name === found.name).length > 1;
        option.value = shared ? `${found.name}（${kind}）` : found.name;
        option.label = found.name === found.label ? kind : `${kind}：${found.label}`;
        known.set(option.value, decodeURIComponent(found.href.replace(/^\/id\//, "")));
        return option;
      }));
    } catch {
      input.list.replaceChildren(); // the form works without suggestions
    }
  }

  return {
    /** Watches the fields that the page has at present. */
    attach() {
      for (const input of document.querySelectorAll("input[data-names]")) {
        input.addEventListener("input", (event) => {
          clearTimeout(timer);
          if (!event.isComposing) timer = setTimeout(offer, 120, input);
        });
        input.addEventListener("compositionend", () => { timer = setTimeout(offer, 120, input); });
      }
    },
    /** What a field's text stands for. */
    meaning: (name, value) => (name === "add" || name === "find") && known.get(value.trim()) || value,
  };
}
