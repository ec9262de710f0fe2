namespace MaskApi.Hosting.Options;

/// <summary>Binds, validates and registers the settings.</summary>
internal static class OptionsRegistration
{
    private const string Root = "MaskApi";

    /// <summary>
    /// Registers the record of every section of <c>MaskApi:</c> as itself. All are validated before the service listens, and
    /// a name that no setting has is an error, because a misspelt limit must not be a limit that is silently absent.
    /// </summary>
    /// <exception cref="InvalidSettingsException">One message a setting that is wrong.</exception>
    public static void AddServiceOptions(this IServiceCollection services, IConfiguration configuration)
    {
        List<string> known = [];
        List<string> failures = [];
        Add<ModelOptions>();
        Add<LimitOptions>();
        Add<AdmissionOptions>();
        Add<RemoteOptions>();
        Add<AnnotationOptions>();

        failures.AddRange(Unknown(configuration.GetSection(Root), known));
        if (failures.Count > 0)
        {
            throw new InvalidSettingsException(failures);
        }

        void Add<T>() where T : class, IServiceOptions, new()
        {
            var section = configuration.GetSection(T.Section);
            known.Add(section.Key);
            failures.AddRange(Unknown(section, [.. typeof(T).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name)]));
            try
            {
                var options = section.Get<T>() ?? new T();
                failures.AddRange(options.Validate().Select(static message => $"{T.Section}:{message}"));
                services.AddSingleton(options);
            }
            catch (InvalidOperationException exception)
            {
                // The binder's own words name the setting and the value that does not fit.
                failures.Add(exception.Message);
            }
        }
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section, IReadOnlyCollection<string> known) =>
        from child in section.GetChildren()
        where !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        select $"There is no setting {child.Path}; {section.Path} knows {string.Join(", ", known)}.";
}
