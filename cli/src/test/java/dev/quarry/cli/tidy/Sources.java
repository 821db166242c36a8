package dev.quarry.cli.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The main sources of all modules, parsed and looked through. */
final class Sources {
  private final Path root;
  private final List<Path> files = new ArrayList<>();

  private Sources(Path root) {
    this.root = root;
  }

  static Sources in(Path root) throws IOException {
    Sources sources = new Sources(root);
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.sorted().toList()) {
        Path main = module.resolve("src/main/java");
        if (Files.isDirectory(main)) {
          try (Stream<Path> found = Files.walk(main)) {
            found.filter(f -> f.toString().endsWith(".java")).sorted().forEach(sources.files::add);
          }
        }
      }
    }
    return sources;
  }

  List<Path> files() {
    return List.copyOf(files);
  }

  List<Offence> offences() throws IOException {
    List<Offence> offences = new ArrayList<>();
    packageInfos(offences);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, Locale.ROOT, null)) {
      var units = manager.getJavaFileObjectsFromPaths(files);
      JavacTask task =
          (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null, units);
      Trees trees = Trees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        String path = shown(Path.of(unit.getSourceFile().toUri()));
        new SourceScanner(unit, trees, path, offences).scanUnit();
      }
    }
    return offences;
  }

  private void packageInfos(List<Offence> offences) {
    TreeSet<Path> packages = new TreeSet<>();
    files.forEach(file -> packages.add(file.getParent()));
    for (Path folder : packages) {
      if (!Files.exists(folder.resolve("package-info.java"))) {
        offences.add(new Offence(Habit.PACKAGE_INFO, shown(folder), 1, "no package-info.java"));
      }
    }
  }

  private String shown(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
