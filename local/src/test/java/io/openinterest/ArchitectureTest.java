package io.openinterest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;

/** The rules of design that the modules themselves cannot enforce, over the classes of all modules. */
@AnalyzeClasses(packages = "io.openinterest", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    /** So that a venue can be read and tested as plain Java. */
    @ArchTest
    static final ArchRule venuesValuationAndTransportKnowNoFlink = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.openinterest.observation",
                    "io.openinterest.venue",
                    "io.openinterest.adapters",
                    "io.openinterest.valuation",
                    "io.openinterest.transport")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule functionsKnowNeitherVenuesNorTheJob = noClasses()
            .that()
            .resideInAPackage("io.openinterest.functions..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java..",
                    "org.apache.flink..",
                    "org.jspecify..",
                    "org.slf4j..",
                    "com.fasterxml.jackson..",
                    "io.openinterest.observation",
                    "io.openinterest.wire",
                    "io.openinterest.functions..");

    /** The four modules, and inside each all its packages from what is known to what knows: nothing depends upwards. */
    @ArchTest
    static final ArchRule dependenciesRunOneWay = layers(
            "observation",
            "wire",
            "venue",
            "adapters",
            "valuation",
            "transport",
            "source.replay",
            "source.files",
            "source.live",
            "functions.record",
            "functions.run",
            "functions.total",
            "functions.expiry",
            "functions.market",
            "functions.metrics",
            "functions.alert",
            "job.config",
            "job.kafka",
            "job.export",
            "job",
            "simulator",
            "local");

    /** The cluster jar has neither the local run nor the simulator, nor their libraries. */
    @ArchTest
    static final ArchRule theJobRunsWithoutTheLocalParts = noClasses()
            .that()
            .resideOutsideOfPackages("io.openinterest.local..", "io.openinterest.simulator..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.openinterest.local..",
                    "io.openinterest.simulator..",
                    "kafka..",
                    "org.apache.kafka.server..",
                    "mockwebserver3..",
                    "org.apache.logging.log4j..");

    /** The job reads and writes topics of whatever venues there are: what a venue is stands in its file. */
    @ArchTest
    static final ArchRule theJobKnowsNoVenue = noClasses()
            .that()
            .resideInAPackage("io.openinterest.job..")
            .should()
            .dependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                    "are files of venues",
                    type -> type.getPackageName().equals("io.openinterest.adapters")
                            && !type.getSimpleName().equals("Adapters")));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.openinterest.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule timesAreInstants = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(java.util.Date.class, java.util.Calendar.class, java.sql.Timestamp.class);

    private static ArchRule layers(String... packages) {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String each : packages) {
            String name = "io.openinterest." + each;
            layers = layers.layer(each).definedBy(name);
        }
        for (int i = 0; i < packages.length; i++) {
            String[] above = java.util.Arrays.copyOfRange(packages, i + 1, packages.length);
            layers = above.length == 0
                    ? layers.whereLayer(packages[i]).mayNotBeAccessedByAnyLayer()
                    : layers.whereLayer(packages[i]).mayOnlyBeAccessedByLayers(above);
        }
        // so that a new package finds its place in the list
        return layers.ensureAllClassesAreContainedInArchitecture();
    }
}
