package text;

public final class Words {
    private Words() {
    }

    public static int letters(String text) {
        return text.codePointCount(0, text.length());
    }
}
