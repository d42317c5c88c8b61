import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void adds() {
        assertEquals(42, Main.sum(20, 22));
    }
}
