package dev.quarry.cli.tidy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The floors of the house: a lower one never imports a higher one. A new package belongs to one of
 * them, or is added to the list.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.quarry.";

  /** From the ground up. */
  private static final List<String> FLOORS =
      List.of(
          "machine",
          "physical",
          "slab",
          "virtual",
          "reclaim",
          "observe",
          "kernel",
          "replay",
          "explain",
          "conform",
          "check",
          "cli");

  /** The floors that are packages of the module core. */
  private static final List<String> CORE = FLOORS.subList(0, FLOORS.indexOf("replay"));

  private static JavaClasses product;

  @BeforeAll
  static void readTheProduct() {
    product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.quarry");
  }

  static Stream<String> floors() {
    return FLOORS.stream();
  }

  private static String[] packages(List<String> floors) {
    return floors.stream().map(floor -> ROOT + floor + "..").toArray(String[]::new);
  }

  @Test
  void theProductWasRead() {
    assertThat(product).hasSizeGreaterThan(150);
    for (String floor : List.of("machine", "physical", "observe", "kernel", "replay", "cli")) {
      assertThat(product.that(residesIn(floor))).as(floor).isNotEmpty();
    }
  }

  private static DescribedPredicate<JavaClass> residesIn(String floor) {
    return JavaClass.Predicates.resideInAPackage(ROOT + floor + "..");
  }

  @Test
  void everyPackageIsOnAFloor() {
    classes().should().resideInAnyPackage(packages(FLOORS)).check(product);
  }

  @ParameterizedTest
  @MethodSource("floors")
  void aFloorDoesNotKnowTheFloorsAboveIt(String floor) {
    List<String> above = FLOORS.subList(FLOORS.indexOf(floor) + 1, FLOORS.size());
    if (!above.isEmpty()) {
      noClasses()
          .that()
          .resideInAPackage(ROOT + floor + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages(above))
          .because(
              "what a lower floor needs from above it owns as an interface, which kernel wires")
          .allowEmptyShould(true)
          .check(product);
    }
  }

  @Test
  void packagesDoNotDependOnEachOtherInCircles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(product);
  }

  @Test
  void onlyMachineCallsNativeFunctions() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "machine..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(
            Linker.class, Linker.Option.class, SymbolLookup.class, FunctionDescriptor.class)
        .because("native calls are in one place, HostMemory")
        .check(product);
  }

  @Test
  void coreNeedsNothingButTheJdk() {
    classes()
        .that()
        .resideInAnyPackage(packages(CORE))
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage(packages(CORE))
                .or(JavaClass.Predicates.resideInAnyPackage("java..", "jdk.jfr.."))
                // Annotations that the compiler reads; absent at run time.
                .or(JavaClass.Predicates.resideInAPackage("org.jspecify.annotations")))
        .because("who embeds the allocator takes one small jar")
        .check(product);
  }

  @Test
  void coreReadsNoSettingsOfTheProcess() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(CORE))
        .and()
        .doNotHaveFullyQualifiedName(ROOT + "machine.HostMemory") // asks what the host is
        .should()
        .callMethodWhere(
            isOneOf(
                "java.lang.System.getProperty",
                "java.lang.System.getenv",
                "java.lang.Boolean.getBoolean",
                "java.lang.Integer.getInteger",
                "java.lang.Long.getLong"))
        .because("a machine is decided by its spec alone")
        .check(product);
  }

  @Test
  void onlyCliPrintsAndOnlyItsMainEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(product);
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + "cli.Quarry")
        .should()
        .callMethodWhere(
            isOneOf(
                "java.lang.System.exit",
                "java.lang.Runtime.exit",
                "java.lang.Runtime.halt",
                "java.lang.System.setOut",
                "java.lang.System.setErr"))
        .check(product);
  }

  private static DescribedPredicate<JavaCall<?>> isOneOf(String... methods) {
    Set<String> names = Set.of(methods);
    return new DescribedPredicate<>("is one of " + String.join(", ", methods)) {
      @Override
      public boolean test(JavaCall<?> call) {
        HasName target = call.getTarget();
        return names.contains(call.getTargetOwner().getName() + "." + target.getName());
      }
    };
  }
}
