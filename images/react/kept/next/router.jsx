import { useParams, usePathname, useRouter as useOther, useSearchParams } from "./navigation.jsx";

export function useRouter() {
    const pathname = usePathname(), query = { ...Object.fromEntries(useSearchParams()), ...useParams() };
    return { ...useOther(), pathname, asPath: pathname + location.search, route: pathname, query, isReady: true, events: { on() {}, off() {} } };
}
export default { push: (to) => location.assign(to) };
