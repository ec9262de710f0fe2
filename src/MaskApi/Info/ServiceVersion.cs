using System.Reflection;

namespace MaskApi.Info;

/// <summary>The running version.</summary>
internal static class ServiceVersion
{
    /// <summary>The SDK appends the source revision to the informational version: 1.0.0+0123abc….</summary>
    private static readonly string[] _parts = typeof(ServiceVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    /// <summary>The version, such as <c>1.0.0</c>.</summary>
    public static string Number => _parts[0];

    /// <summary>The source revision of the build; null if unknown.</summary>
    public static string? SourceRevision => _parts.ElementAtOrDefault(1);
}
