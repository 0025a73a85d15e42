namespace Holdfast.Engine.Config;

/// <summary>What came of reading a configuration file: the configuration, or every error found.</summary>
/// <typeparam name="T">The configuration's type.</typeparam>
/// <param name="File">Path of the file that was read.</param>
/// <param name="Value">The configuration; null exactly when there are errors.</param>
/// <param name="Errors">Errors in the order of the file, at most <see cref="ConfigLimits.Findings"/>.</param>
/// <param name="Warnings">Warnings in the order of the file, at most <see cref="ConfigLimits.Findings"/>.</param>
public sealed record ConfigResult<T>(
    string File, T? Value, ValueList<ConfigError> Errors, ValueList<ConfigError> Warnings)
    where T : class;
