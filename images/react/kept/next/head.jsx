// React itself puts titles and metadata where they belong
export default function Head({ children }) {
    return children;
}
