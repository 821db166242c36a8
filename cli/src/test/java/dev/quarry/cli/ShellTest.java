package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The shell fed from a pipe. */
class ShellTest {
  @Test
  void aMistakeDoesNotEndItButTheExitCodeTells() {
    Cli.Result result =
        Cli.runWithInput("boot tiny\nfrob\n\nrepeat 2 {\n  frob\n}\nprint Normal.free\n", "shell");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out())
        .endsWith(
            """
            shell:2:1: "frob" is not a command; help lists them
              frob
              ^
            shell:5:3: "frob" is not a command; help lists them
                frob
                ^
            16
            """);
  }

  @Test
  void quitEndsIt() {
    Cli.Result result = Cli.runWithInput("print 1; quit; print 2\nprint 3\n", "shell");
    assertThat(result.out()).isEqualTo("1\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void anUnmetExpectationIsAnAnswer() {
    assertThat(Cli.runWithInput("expect 1 == 2\nprint 1", "shell").code()).isEqualTo(1);
    assertThat(Cli.runWithInput("expect 1 == 2\nfrob", "shell").code()).isEqualTo(2);
  }
}
