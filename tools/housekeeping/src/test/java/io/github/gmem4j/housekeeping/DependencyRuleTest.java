package io.github.gmem4j.housekeeping;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may depend on whom; docs/architecture.md draws it. */
class DependencyRuleTest {
  private static final String ROOT = "io.github.gmem4j";
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void theApiDependsOnTheJdkAndNullnessAnnotationsOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".api..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + ".api..", "java..", "org.jspecify..")
        .check(ALL);
  }

  @Test
  void thePoliciesNeverSeeTheCore() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".policy..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".core..")
        .check(ALL);
  }

  @Test
  void noPolicySeesAnother() {
    slices().matching(ROOT + ".policy.(*)..").should().notDependOnEachOther().check(ALL);
  }

  @Test
  void theBackendOverARealKernelSeesTheApiAndTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".backend..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + ".api..", ROOT + ".backend..", "java..", "org.jspecify..")
        .check(ALL);
  }

  @Test
  void thePackagesOfTheBackendHaveNoCycle() {
    slices().matching(ROOT + ".backend.kvm.(*)..").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void thePoliciesHaveNoCycles() {
    for (String policy : List.of("tdx", "pkvm", "snp")) {
      slices().matching(ROOT + ".policy." + policy + ".(*)..").should().beFreeOfCycles().check(ALL);
    }
  }

  @Test
  void theTestkitSeesNoPolicy() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".testkit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".policy..", "com.google..", "org.mockito..")
        .check(ALL);
  }

  @Test
  void theCoreSeesTheApiAndGuiceAndNoPolicy() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".core..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".api..",
            ROOT + ".core..",
            "java..",
            "org.jspecify..",
            "com.google.inject..",
            "jakarta.inject..")
        .check(ALL);
  }

  @Test
  void guiceIsUsedByModulesAndTheEngineOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".core..")
        .and()
        .haveSimpleNameNotEndingWith("Module")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.inject..")
        .check(ALL);
  }

  @Test
  void nobodyImportsGuava() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.common..")
        .check(ALL);
  }

  @Test
  void thePackagesOfTheCoreHaveNoCycle() {
    slices().matching(ROOT + ".core.(*)..").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void theMemoryKnowsNothingOfVcpusOrTheCoordinator() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".core.memory..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".core.vm..", ROOT + ".core.vcpu..", ROOT + ".core.vmm..", ROOT + ".api.guest..")
        .check(ALL);
  }

  @Test
  void theCoordinatorWorksOverAnyBackend() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".core.vmm..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".core.vm..", ROOT + ".core.vcpu..", ROOT + ".core.memory..")
        .check(ALL);
  }
}
