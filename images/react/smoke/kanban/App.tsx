import { useState, type DragEvent } from "react";
import { AnimatePresence, motion } from "framer-motion";
import { Calendar, CheckCircle2, Circle, GripVertical, Loader2, Plus, Trash2 } from "lucide-react";

type Column = "todo" | "doing" | "done";
interface Card {
    id: number;
    title: string;
    tag: string;
    due: string;
    column: Column;
}

const COLUMNS: { id: Column; name: string; icon: typeof Circle; accent: string }[] = [
    { id: "todo", name: "To do", icon: Circle, accent: "text-slate-400" },
    { id: "doing", name: "In progress", icon: Loader2, accent: "text-amber-500" },
    { id: "done", name: "Done", icon: CheckCircle2, accent: "text-emerald-500" },
];
const TAGS: Record<string, string> = {
    Design: "bg-fuchsia-100 text-fuchsia-700",
    Code: "bg-sky-100 text-sky-700",
    Words: "bg-amber-100 text-amber-800",
};
const START: Card[] = [
    { id: 1, title: "Sketch the onboarding flow", tag: "Design", due: "Mon", column: "todo" },
    { id: 2, title: "Write the release notes", tag: "Words", due: "Wed", column: "todo" },
    { id: 3, title: "Keyboard shortcuts for the board", tag: "Code", due: "Thu", column: "todo" },
    { id: 4, title: "Animate cards between columns", tag: "Code", due: "Today", column: "doing" },
    { id: 5, title: "New colour tokens", tag: "Design", due: "Today", column: "doing" },
    { id: 6, title: "Faster search index", tag: "Code", due: "Fri", column: "done" },
];

export default function App() {
    const [cards, setCards] = useState(START);
    const [dragged, setDragged] = useState<number | null>(null);
    const [over, setOver] = useState<Column | null>(null);
    const [draft, setDraft] = useState("");

    const add = () => {
        if (!draft.trim()) return;
        setCards([...cards, { id: Date.now(), title: draft.trim(), tag: "Code", due: "Soon", column: "todo" }]);
        setDraft("");
    };
    const drop = (event: DragEvent, column: Column) => {
        event.preventDefault();
        setCards(cards.map((card) => (card.id === dragged ? { ...card, column } : card)));
        setOver(null);
    };
    const finished = cards.filter((card) => card.column === "done").length;

    return (
        <div className="min-h-screen bg-gradient-to-br from-indigo-50 via-white to-sky-50 p-6 text-slate-800 sm:p-10">
            <header className="mx-auto mb-8 flex max-w-5xl flex-wrap items-end justify-between gap-4">
                <div>
                    <h1 className="text-3xl font-bold tracking-tight">Sprint board</h1>
                    <p className="mt-1 text-slate-500">{finished} of {cards.length} cards done</p>
                </div>
                <form className="flex gap-2" onSubmit={(event) => { event.preventDefault(); add(); }}>
                    <input value={draft} onChange={(event) => setDraft(event.target.value)} placeholder="Add a card" aria-label="New card"
                        className="w-56 rounded-lg border border-slate-200 bg-white px-3 py-2 shadow-sm outline-none focus:ring-2 focus:ring-indigo-400" />
                    <button className="flex items-center gap-1 rounded-lg bg-indigo-600 px-4 py-2 font-medium text-white shadow-sm hover:bg-indigo-500">
                        <Plus size={18} /> Add
                    </button>
                </form>
            </header>
            <main className="mx-auto grid max-w-5xl gap-5 md:grid-cols-3">
                {COLUMNS.map(({ id, name, icon: Icon, accent }) => (
                    <section key={id} onDragOver={(event) => { event.preventDefault(); setOver(id); }} onDragLeave={() => setOver(null)} onDrop={(event) => drop(event, id)}
                        className={`rounded-2xl border p-4 transition-colors ${over === id ? "border-indigo-300 bg-indigo-50" : "border-slate-200 bg-white/60"}`}>
                        <h2 className="mb-4 flex items-center gap-2 font-semibold">
                            <Icon size={18} className={accent} /> {name}
                            <span className="ml-auto rounded-full bg-slate-100 px-2 py-0.5 text-xs text-slate-500">{cards.filter((card) => card.column === id).length}</span>
                        </h2>
                        <div className="space-y-3">
                            <AnimatePresence>
                                {cards.filter((card) => card.column === id).map((card) => (
                                    <motion.div layout key={card.id} initial={{ opacity: 0, y: 8 }} animate={{ opacity: 1, y: 0 }} exit={{ opacity: 0, scale: 0.95 }}>
                                        <article draggable onDragStart={() => setDragged(card.id)} className="group cursor-grab rounded-xl border border-slate-200 bg-white p-3 shadow-sm hover:shadow-md">
                                            <div className="flex items-start gap-2">
                                                <GripVertical size={16} className="mt-1 text-slate-300" />
                                                <p className="flex-1 font-medium leading-snug">{card.title}</p>
                                                <button aria-label={`Delete ${card.title}`} onClick={() => setCards(cards.filter((other) => other.id !== card.id))} className="text-slate-300 hover:text-rose-500">
                                                    <Trash2 size={16} />
                                                </button>
                                            </div>
                                            <div className="mt-3 flex items-center justify-between pl-6 text-xs">
                                                <span className={`rounded-full px-2 py-0.5 font-medium ${TAGS[card.tag]}`}>{card.tag}</span>
                                                <span className="flex items-center gap-1 text-slate-400"><Calendar size={13} /> {card.due}</span>
                                            </div>
                                        </article>
                                    </motion.div>
                                ))}
                            </AnimatePresence>
                        </div>
                    </section>
                ))}
            </main>
        </div>
    );
}
