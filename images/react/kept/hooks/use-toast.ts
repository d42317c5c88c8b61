import { toast as show } from "sonner";

export function toast({ title, description, variant, duration }: any) {
    const id = (variant === "destructive" ? show.error : show)(title ?? description, { description: title ? description : undefined, duration });
    return { id, dismiss: () => show.dismiss(id) };
}

export function useToast() {
    return { toast, dismiss: show.dismiss, toasts: [] };
}
