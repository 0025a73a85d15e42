namespace Holdfast.Tests.Api;

/// <summary>The tests that move the run directory, which is the process's, run one behind the other.</summary>
[CollectionDefinition(nameof(RunDirectoryCollection))]
public sealed class RunDirectoryCollection : ICollectionFixture<RunDirectoryFixture>;
