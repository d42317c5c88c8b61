import { useMemo, useState } from "react";
import { Area, AreaChart, Bar, BarChart, CartesianGrid, Cell, Legend, Pie, PieChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { Leaf, PlugZap, Sun, Wallet } from "lucide-react";
import { Figure } from "@/components/Figure";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SOURCES = [
  { name: "Solar", value: 46, colour: "#f59e0b" },
  { name: "Wind", value: 31, colour: "#0ea5e9" },
  { name: "Grid", value: 23, colour: "#94a3b8" },
];

export default function App() {
  const [scale, setScale] = useState(1);
  const week = useMemo(
    () => DAYS.map((day, at) => ({ day, used: Math.round((18 + 6 * Math.sin(at * 1.3)) * scale), made: Math.round((14 + 9 * Math.sin(at * 0.9 + 1)) * scale) })),
    [scale],
  );
  return (
    <div className="min-h-screen bg-slate-50 p-6 text-slate-800 lg:p-10">
      <header className="mx-auto mb-6 flex max-w-6xl flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="text-2xl font-bold text-slate-900">Energy at home</h1>
          <p className="text-slate-500">One week, in kilowatt hours</p>
        </div>
        <div className="flex overflow-hidden rounded-lg border bg-white text-sm">
          {[["One flat", 1], ["The house", 4]].map(([name, size]) => (
            <button key={name} onClick={() => setScale(size as number)} className={`px-4 py-2 ${scale === size ? "bg-brand-500 text-white" : "hover:bg-slate-100"}`}>{name}</button>
          ))}
        </div>
      </header>
      <main className="mx-auto grid max-w-6xl gap-5 sm:grid-cols-2 lg:grid-cols-4">
        <Figure icon={PlugZap} name="Used" value={`${week.reduce((sum, day) => sum + day.used, 0)} kWh`} change={-4.2} />
        <Figure icon={Sun} name="Made" value={`${week.reduce((sum, day) => sum + day.made, 0)} kWh`} change={6.1} />
        <Figure icon={Wallet} name="Cost" value={`€ ${(21.4 * scale).toFixed(2)}`} change={-2.8} />
        <Figure icon={Leaf} name="CO₂ saved" value={`${(38 * scale).toFixed(0)} kg`} change={-1.1} />
        <section className="panel sm:col-span-2 lg:col-span-3">
          <h2 className="mb-4 font-semibold">Used and made</h2>
          <ResponsiveContainer width="100%" height={260}>
            <AreaChart data={week}>
              <CartesianGrid strokeDasharray="3 3" vertical={false} stroke="#e2e8f0" />
              <XAxis dataKey="day" tickLine={false} axisLine={false} />
              <YAxis tickLine={false} axisLine={false} width={32} />
              <Tooltip />
              <Legend />
              <Area type="monotone" dataKey="used" stroke="#0f766e" fill="#99f6e4" strokeWidth={2} />
              <Area type="monotone" dataKey="made" stroke="#f59e0b" fill="#fde68a" strokeWidth={2} />
            </AreaChart>
          </ResponsiveContainer>
        </section>
        <section className="panel sm:col-span-2 lg:col-span-1">
          <h2 className="mb-4 font-semibold">Where it comes from</h2>
          <ResponsiveContainer width="100%" height={260}>
            <PieChart>
              <Pie data={SOURCES} dataKey="value" innerRadius={55} outerRadius={85} paddingAngle={3}>
                {SOURCES.map((source) => <Cell key={source.name} fill={source.colour} />)}
              </Pie>
              <Tooltip />
              <Legend />
            </PieChart>
          </ResponsiveContainer>
        </section>
        <section className="panel sm:col-span-2 lg:col-span-4">
          <h2 className="mb-4 font-semibold">Balance by day</h2>
          <ResponsiveContainer width="100%" height={180}>
            <BarChart data={week.map(({ day, made, used }) => ({ day, balance: made - used }))}>
              <XAxis dataKey="day" tickLine={false} axisLine={false} />
              <YAxis width={32} tickLine={false} axisLine={false} />
              <Tooltip />
              <Bar dataKey="balance" radius={[6, 6, 0, 0]}>
                {week.map((day) => <Cell key={day.day} fill={day.made < day.used ? "#fda4af" : "#5eead4"} />)}
              </Bar>
            </BarChart>
          </ResponsiveContainer>
        </section>
      </main>
    </div>
  );
}
