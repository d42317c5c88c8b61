import { Component, Fragment, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { go, setParams, useAddress } from "./place.js";

function match(route, path) {
    const wanted = route.split("/").filter(Boolean), given = path.split("/").filter(Boolean), params = {};
    for (const [index, part] of wanted.entries()) {
        const rest = /^\[{1,2}\.\.\.(\w+)\]{1,2}$/.exec(part), one = /^\[(\w+)\]$/.exec(part);
        if (rest) return { ...params, [rest[1]]: given.slice(index) };
        if (given[index] === undefined) return null;
        if (one) params[one[1]] = decodeURIComponent(given[index]);
        else if (part !== given[index]) return null;
    }
    return given.length === wanted.length ? params : null;
}

class Redirects extends Component {
    state = { missing: false };
    static getDerivedStateFromError(error) {
        if (error?.arena === "missing") return { missing: true };
        if (error?.arena === "redirect") return {};
        throw error;
    }
    componentDidCatch(error) {
        if (error?.arena === "redirect") go(error.to, { replace: true });
    }
    render() {
        return this.state.missing ? <h1>404</h1> : this.props.children;
    }
}

function Application({ pages, layouts, Whole }) {
    const path = new URL(useAddress()).pathname.replace(/\/+$/, "") || "/";
    const found = pages.map((page) => ({ page, params: match(page.route, path) })).filter(({ params }) => params)
        .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0] ?? (path === "/" && pages[0] ? { page: pages[0], params: {} } : null);
    setParams(found?.params ?? {});
    if (!found) return <h1>404: there is no page {path}</h1>;
    const { Page, route } = found.page;
    const search = Object.fromEntries(new URLSearchParams(location.search));
    let shown = Whole ? <Whole Component={Page} pageProps={{}} /> : <Page params={found.params} searchParams={search} />;
    const around = layouts.filter((one) => one.route === "/" || route === one.route || route.startsWith(`${one.route}/`));
    for (const { Layout } of around.sort((a, b) => b.route.length - a.route.length)) shown = <Layout params={found.params}>{shown}</Layout>;
    return <Fragment key={path}><Redirects><Suspense>{shown}</Suspense></Redirects></Fragment>;
}

export function mount({ id, ...application }) {
    createRoot(document.getElementById(id)).render(<Application {...application} />);
}
