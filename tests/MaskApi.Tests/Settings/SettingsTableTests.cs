using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MaskApi.Settings;
using MaskApi.Testing;

namespace MaskApi.Tests.Settings;

/// <summary>The table in docs/settings.md is generated from the options' documentation comments; this test keeps it current.</summary>
public sealed partial class SettingsTableTests
{
    /// <summary>Set this variable to update the table instead of comparing it.</summary>
    private const string Update = "MASKAPI_UPDATE_SETTINGS";

    private const string Begin = "<!-- settings: generated from the documentation comments of the options, see CONTRIBUTING.md -->\n";
    private const string End = "<!-- /settings -->";

    [Fact]
    public void The_table_of_settings_is_current()
    {
        var file = Repository.PathOf("docs/settings.md");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= Begin.Length && end >= start, "docs/settings.md has no settings table.");
        if (Environment.GetEnvironmentVariable(Update) is not null)
        {
            text = text[..start] + Table() + text[end..];
            File.WriteAllText(file, text);
            end = text.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.True(
            text[start..end] == Table(),
            $"The settings have changed. Update the table with {Update}=1 dotnet test --project tests/MaskApi.Tests.");
    }

    private static string Table()
    {
        var documentation = XDocument.Load(Path.ChangeExtension(typeof(IServiceOptions).Assembly.Location, ".xml"))
            .Descendants("member")
            .ToDictionary(static member => member.Attribute("name")!.Value, static member => member.Element("summary"));
        var table = new StringBuilder("| setting | default | meaning |\n|---|---|---|\n");
        var sections = typeof(IServiceOptions).Assembly.GetTypes()
            .Where(static type => type.IsClass && type.IsAssignableTo(typeof(IServiceOptions)))
            .OrderBy(Section, StringComparer.Ordinal);
        foreach (var section in sections)
        {
            table.Append(CultureInfo.InvariantCulture, $"| **{Section(section)}** | | {Text($"T:{section.FullName}")} |\n");
            var defaults = Activator.CreateInstance(section);
            foreach (var setting in section.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(static p => p.CanWrite))
            {
                var name = $"{Section(section)}:{setting.Name}".Replace(":", "__", StringComparison.Ordinal);
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{name}` | {Default(setting.GetValue(defaults))} | {Text($"P:{section.FullName}.{setting.Name}")} |\n");
            }
        }

        return table.ToString();

        string Text(string member)
        {
            documentation.TryGetValue(member, out var summary);
            Assert.True(summary is not null, $"{member} has no documentation comment.");
            foreach (var see in summary.Descendants("see").ToList())
            {
                see.ReplaceWith($"`{see.Attribute("cref")!.Value.Split('.')[^1]}`");
            }

            return WhiteSpace().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
        }
    }

    private static string Section(Type options) => (string)options.GetProperty(nameof(IServiceOptions.Section))!.GetValue(null)!;

    private static string Default(object? value) => value switch
    {
        null => "",
        string text => $"`{text}`",
        IEnumerable list => list.Cast<object>().Any() ? throw new NotSupportedException("Lists with defaults are not supported.") : "",
        bool flag => flag ? "`true`" : "`false`",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
