import { useState } from "react";
import { Thing } from "a-package-that-is-nowhere";

export default function App() {
    const [shown] = useState(true);
    return shown ? <Thing /> : null;
}
