export default function App() { return <div>unclosed</p>; }
