package dev.quarry.replay.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theFileIsReplacedAtOnceAndOnlyWhenItIsWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "old");
    ReportFile unwritten = ReportFile.open(file);
    assertThat(names()).hasSize(2);
    assertThat(file).hasContent("old");
    unwritten.close();
    assertThat(names()).containsExactly("report.html");
    try (ReportFile report = ReportFile.open(file)) {
      report.write("new ä");
    }
    assertThat(file).hasContent("new ä");
    assertThat(names()).containsExactly("report.html");
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path file = Files.writeString(folder.resolve("there.html"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.html"), file);
    try (ReportFile report = ReportFile.open(link)) {
      report.write("new");
    }
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
  }

  @Test
  void whatIsNoRegularFileIsWrittenToAsItStands() throws IOException {
    Path device = Path.of("/dev/null");
    try (ReportFile report = ReportFile.open(device)) {
      report.write("text");
    }
    assertThat(Files.isRegularFile(device)).isFalse();
  }

  @Test
  void pathsThatCannotBeWrittenAreToldBeforeTheWork() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> ReportFile.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + folder + ": is a folder");
    Path missing = folder.resolve("no/report.html");
    assertThatThrownBy(() -> ReportFile.open(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + missing + ": there is no folder " + missing.getParent());
    Path below = folder.resolve("file/report.html");
    assertThatThrownBy(() -> ReportFile.open(below))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot write " + below + ": ");
    assertThat(names()).containsExactly("file");
  }
}
