using System.ComponentModel.DataAnnotations;
using System.Reflection;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Fetching;
using MaskApi.Models;
using MaskApi.Observability;
using MaskApi.Security;
using MaskApi.Uploads;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaskApi.Settings;

/// <summary>Binds, validates and registers the settings.</summary>
internal static class OptionsRegistration
{
    private const string Root = "MaskApi";

    /// <summary>
    /// Registers the record of every section of <c>MaskApi:</c> as itself. All are validated before the service listens. Unknown names are
    /// errors, because a misspelt limit must not be silently absent.
    /// </summary>
    /// <returns>The same records, for decisions during composition.</returns>
    /// <exception cref="InvalidSettingsException">One message per invalid setting.</exception>
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
        if (failures.Count == 0)
        {
            failures.AddRange(Conflicts(settings.Get<LimitOptions>(), settings.Get<AdmissionOptions>()));
        }

        if (failures.Count > 0)
        {
            throw new InvalidSettingsException(failures);
        }

        var limits = settings.Get<LimitOptions>().Within(settings.Get<AdmissionOptions>().BytesInFlight);
        services.Replace(ServiceDescriptor.Singleton(limits));
        return settings;

        void Add<T>() where T : class, IServiceOptions, new()
        {
            var section = configuration.GetSection(T.Section);
            known.Add(section.Key);
            var properties = typeof(T).GetProperties().Where(static property => property.CanWrite).ToList();
            failures.AddRange(Unknown(section, [.. properties.Select(static property => property.Name)]));
            failures.AddRange(
                properties.Select(property => Misfit(section.GetSection(property.Name), property.PropertyType)).OfType<string>());
            try
            {
                var options = section.Get<T>() ?? new T();
                failures.AddRange(OutOfRange(options).Concat(options.Validate()).Select(static message => $"{T.Section}:{message}"));
                services.AddSingleton(options);
                settings.Add(options);
            }
            catch (InvalidOperationException exception)
            {
                // The binder's own words name the setting and the invalid value.
                failures.Add(exception.Message);
            }
        }
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section, IReadOnlyCollection<string> known) =>
        from named in section.GetChildren().Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Concat(section.Value is { Length: > 0 } ? [section] : [])
        select $"Unknown setting {named.Path}. Valid: {string.Join(", ", known)}.";

    /// <summary>
    /// Catches what the binder ignores. Keys that are not numbered would be no keys at all, and the service open to everyone.
    /// </summary>
    private static string? Misfit(IConfigurationSection setting, Type type)
    {
        if (type == typeof(IReadOnlyList<string>))
        {
            return setting.Value is { Length: > 0 } ? $"{setting.Path} is a list; number its values, as in {setting.Path}:0." : null;
        }

        if (setting.GetChildren().FirstOrDefault() is { } child)
        {
            return $"Unknown setting {child.Path}: {setting.Path} is a single value.";
        }

        return type.IsEnum && Enum.TryParse(type, setting.Value, ignoreCase: true, out var value) && !Enum.IsDefined(type, value)
            ? $"{setting.Path} must be one of {string.Join(", ", Enum.GetNames(type))} but is {setting.Value}."
            : null;
    }

    private static IEnumerable<string> OutOfRange(object options) =>
        from property in options.GetType().GetProperties()
        let range = property.GetCustomAttribute<RangeAttribute>()
        let value = property.GetValue(options)
        where range is not null && !range.IsValid(value)
        let bounds = range.MinimumIsExclusive
            ? FormattableString.Invariant($"more than {range.Minimum} and at most {range.Maximum}")
            : FormattableString.Invariant($"between {range.Minimum} and {range.Maximum}")
        select FormattableString.Invariant($"{property.Name} must be {bounds} but is {value}.");

    /// <summary>Catches settings that are valid alone but not together.</summary>
    private static IEnumerable<string> Conflicts(LimitOptions limits, AdmissionOptions admission)
    {
        // Base64 makes a picture a third longer, and a growing buffer holds its bytes twice. With less memory, a picture within the limit
        // would always be refused.
        var least = 3L * limits.MaxImageBytes;

        // A batch holds everything sent, plus the buffer that its last picture grows into.
        var batch = limits.MaxBatchBytes + limits.MaxImageBytes + 1L;
        if (admission.MaxBytesInFlight < least)
        {
            yield return $"{AdmissionOptions.Section}:{nameof(admission.MaxBytesInFlight)} must be at least three times "
                + $"{LimitOptions.Section}:{nameof(limits.MaxImageBytes)}, that is {least}, but is {admission.MaxBytesInFlight}.";
        }
        else if (admission.MaxBytesInFlight < batch)
        {
            yield return $"{AdmissionOptions.Section}:{nameof(admission.MaxBytesInFlight)} must be larger than "
                + $"{LimitOptions.Section}:{nameof(limits.MaxBatchBytes)} and {nameof(limits.MaxImageBytes)} together, at least {batch}, "
                + $"but is {admission.MaxBytesInFlight}.";
        }
    }

    /// <summary>The records of all sections.</summary>
    internal sealed class Settings
    {
        private readonly Dictionary<Type, object> _byType = [];

        /// <summary>The record of one section.</summary>
        public T Get<T>() where T : class => (T)_byType[typeof(T)];

        /// <summary>Adds a record.</summary>
        public void Add(object options) => _byType.Add(options.GetType(), options);
    }
}
