const from: string = "typescript";
console.log(`hello from ${from}`);
