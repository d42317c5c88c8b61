"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";

const BREAD = [["Rye", 4.2], ["Spelt", 4.8], ["Baguette", 2.1]] as const;

export default function Home() {
  const [basket, setBasket] = useState(0);
  return (
    <main className="mx-auto max-w-4xl px-8 py-6">
      <h1 className="text-4xl font-bold">Fresh this morning</h1>
      <p className="mt-2 text-stone-600">In your basket: € {basket.toFixed(2)}</p>
      <div className="mt-8 grid gap-5 sm:grid-cols-3">
        {BREAD.map(([name, price]) => (
          <Card key={name}>
            <CardHeader><CardTitle>{name}</CardTitle></CardHeader>
            <CardContent className="flex items-center justify-between">
              <span>€ {price.toFixed(2)}</span>
              <Button size="sm" onClick={() => setBasket(basket + price)}>Add</Button>
            </CardContent>
          </Card>
        ))}
      </div>
    </main>
  );
}
