package dev.quarry.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first line comes before the end, and a command that fails is no measurement. */
class CommandTimerTest {
  private static final Path HERE = Path.of(".");

  @Test
  void firstLineComesBeforeTheEnd() throws IOException {
    List<String> command = List.of("sh", "-c", "echo one; sleep 0.2; echo two");
    CommandTimer.Start start = CommandTimer.time(HERE, command);
    assertThat(start.endMillis() - start.firstLineMillis()).isGreaterThan(150);
  }

  @Test
  void failuresAreErrors() {
    assertThatThrownBy(() -> CommandTimer.time(HERE, List.of("sh", "-c", "echo one; exit 3")))
        .hasMessageContaining("ended with 3");
    assertThatThrownBy(() -> CommandTimer.time(HERE, List.of("sh", "-c", "printf one")))
        .hasMessageContaining("printed no line");
  }
}
