// draws every `pre.diagram` of the page, each in the element around it
import mermaid from "./mermaid.js";

mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "default" });
for (const [index, source] of [...document.querySelectorAll("pre.diagram")].entries()) {
    try {
        const { svg, bindFunctions } = await mermaid.render(`diagram-${index}`, source.textContent);
        const figure = source.parentElement;
        figure.innerHTML = svg;
        bindFunctions?.(figure);
    } catch (error) {
        console.error(error);
        source.classList.add("failed");
        source.textContent = `This diagram cannot be drawn: ${error.message}`;
        document.getElementById(`ddiagram-${index}`)?.remove();
    }
}
