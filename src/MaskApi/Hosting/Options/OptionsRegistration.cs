namespace MaskApi.Hosting.Options;

/// <summary>Binds, validates and registers the settings.</summary>
internal static class OptionsRegistration
{
    private const string Root = "MaskApi";

    /// <summary>
    /// Registers the record of every section of <c>MaskApi:</c> as itself. All are validated before the service listens, and
    /// a name that no setting has is an error, because a misspelt limit must not be a limit that is silently absent.
    /// </summary>
    /// <returns>The same records, for what is decided while the service is put together.</returns>
    /// <exception cref="InvalidSettingsException">One message a setting that is wrong.</exception>
    public static Settings AddServiceOptions(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new Settings();
        List<string> known = [];
        List<string> failures = [];
        Add<ModelOptions>();
        Add<LimitOptions>();
        Add<AdmissionOptions>();
        Add<RemoteOptions>();
        Add<AnnotationOptions>();
        Add<KeyOptions>();
        Add<RateLimitOptions>();
        Add<CorsOptions>();
        Add<ProxyOptions>();
        Add<LifecycleOptions>();
        Add<LogOptions>();
        Add<TelemetryOptions>();

        failures.AddRange(Unknown(configuration.GetSection(Root), known));
        if (failures.Count > 0)
        {
            throw new InvalidSettingsException(failures);
        }

        return settings;

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
                settings.Add(options);
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

    /// <summary>The records of all sections.</summary>
    internal sealed class Settings
    {
        private readonly Dictionary<Type, object> _byType = [];

        /// <summary>One of them.</summary>
        public T Get<T>() where T : class => (T)_byType[typeof(T)];

        /// <summary>Adds one.</summary>
        public void Add(object options) => _byType.Add(options.GetType(), options);
    }
}
