import { lazy, Suspense } from "react";

export default function dynamic(load, { loading: Loading } = {}) {
    const Lazy = lazy(async () => {
        const found = await load();
        return found.default ? found : { default: found };
    });
    return function Dynamic(props) {
        return <Suspense fallback={Loading ? <Loading /> : null}><Lazy {...props} /></Suspense>;
    };
}
