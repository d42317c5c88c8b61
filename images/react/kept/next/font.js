// no font is fetched: the family by its name where the machine has it, else the system's
const safe = (text) => String(text).replace(/_/g, " ").replace(/[^\w ]/g, "");

export function font(name) {
    return (options = {}) => {
        const family = `"${safe(name)}", ${/mono/i.test(name) ? "ui-monospace, monospace" : /serif/i.test(name) && !/sans/i.test(name) ? "serif" : "system-ui, sans-serif"}`;
        const key = `font-${safe(name).replace(/ /g, "-").toLowerCase()}`;
        if (!document.getElementById(key)) {
            const sheet = document.createElement("style");
            sheet.id = key;
            const variable = /^--[\w-]+$/.test(options.variable ?? "") ? `.${key}-variable { ${options.variable}: ${family}; }` : "";
            sheet.textContent = `.${key} { font-family: ${family}; } ${variable}`;
            document.head.append(sheet);
        }
        return { className: key, variable: `${key}-variable`, style: { fontFamily: family } };
    };
}
export default font("local");
