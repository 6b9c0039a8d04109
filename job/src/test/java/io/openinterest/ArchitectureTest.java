package io.openinterest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of design that the modules themselves cannot enforce, over the classes of all modules. */
@AnalyzeClasses(packages = "io.openinterest", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    /** So that a venue can be read and tested as plain Java. */
    @ArchTest
    static final ArchRule venuesAndTransportKnowNoFlink = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.openinterest.observation",
                    "io.openinterest.venue",
                    "io.openinterest.venues..",
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
                    "org.slf4j..",
                    "com.fasterxml.jackson..",
                    "io.openinterest.observation",
                    "io.openinterest.functions..");

    /** The cluster jar leaves both packages and their libraries out. */
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

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.openinterest.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule timesAreInstants = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(java.util.Date.class, java.util.Calendar.class, java.sql.Timestamp.class);
}
