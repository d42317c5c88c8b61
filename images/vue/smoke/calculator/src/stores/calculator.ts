import { computed, ref } from "vue";
import { defineStore } from "pinia";

type Operator = "+" | "−" | "×" | "÷";

const APPLY: Record<Operator, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "−": (a, b) => a - b,
  "×": (a, b) => a * b,
  "÷": (a, b) => a / b,
};

export const useCalculator = defineStore("calculator", () => {
  const entry = ref("0");
  const stored = ref<number | null>(null);
  const operator = ref<Operator | null>(null);
  const fresh = ref(true);
  const history = ref<string[]>(["12 × 8 = 96", "96 ÷ 5 = 19.2"]);

  const shown = computed(() => Number(entry.value).toLocaleString("en", { maximumFractionDigits: 8 }));

  function digit(key: string) {
    if (key === "." && entry.value.includes(".") && !fresh.value) return;
    entry.value = fresh.value ? (key === "." ? "0." : key) : entry.value + key;
    fresh.value = false;
  }

  function choose(next: Operator) {
    if (!fresh.value) result();
    stored.value = Number(entry.value);
    operator.value = next;
    fresh.value = true;
  }

  function result() {
    if (operator.value === null || stored.value === null) return;
    const made = APPLY[operator.value](stored.value, Number(entry.value));
    history.value.unshift(`${stored.value} ${operator.value} ${entry.value} = ${Number(made.toFixed(8))}`);
    entry.value = String(Number(made.toFixed(8)));
    [stored.value, operator.value, fresh.value] = [null, null, true];
  }

  function clear() {
    [entry.value, stored.value, operator.value, fresh.value] = ["0", null, null, true];
  }

  return { entry, shown, operator, history, digit, choose, result, clear };
});
