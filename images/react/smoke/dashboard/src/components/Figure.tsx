import type { LucideIcon } from "lucide-react";

interface Props {
  icon: LucideIcon;
  name: string;
  value: string;
  change: number;
}

export function Figure({ icon: Icon, name, value, change }: Props) {
  return (
    <div className="panel">
      <div className="flex items-center justify-between text-slate-500">
        <span className="text-sm">{name}</span>
        <span className="rounded-lg bg-brand-100 p-2 text-brand-500"><Icon size={18} /></span>
      </div>
      <p className="mt-3 text-3xl font-semibold tracking-tight text-slate-900">{value}</p>
      <p className={`mt-1 text-sm ${change < 0 ? "text-emerald-600" : "text-rose-600"}`}>{change > 0 ? "+" : ""}{change} % against last week</p>
    </div>
  );
}
