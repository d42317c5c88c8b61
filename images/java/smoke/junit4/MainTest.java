import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class MainTest {
    @Test
    public void doubles() {
        assertEquals(42, Main.twice(21));
        assertThat(Main.twice(2), is(4));
    }
}
