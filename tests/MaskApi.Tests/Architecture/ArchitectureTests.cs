using System.Text.Json;
using System.Xml.Linq;
using ArchUnitNET.Loader;
using MaskApi.Testing;
using MaskApi.Vision;

namespace MaskApi.Tests.Architecture;

/// <summary>The code has exactly the dependencies in the diagrams of docs/architecture.md.</summary>
public sealed class ArchitectureTests
{
    private const string AspNetCore = "Microsoft.AspNetCore";

    private static readonly DependencyDiagram _projects = DependencyDiagram.Below("## Projects");

    [Theory]
    [InlineData("## Folders of the service", "MaskApi")]
    [InlineData("## Folders of the pipeline", "MaskApi.Vision")]
    public void Folders_use_what_the_diagram_allows(string heading, string project)
    {
        var diagram = DependencyDiagram.Below(heading);
        var uses = Uses(project);
        AssertNone(uses
            .Where(use => !diagram.Allows(use.From, use.To))
            .Select(use => $"{use.Type} uses {use.Target}; there is no arrow {use.From} --> {use.To}"));
        AssertNone(diagram.Unneeded([.. uses.Select(static use => (use.From, use.To))])
            .Select(static line => $"nothing needs the arrow {line}"));
    }

    [Theory]
    [InlineData("## Folders of the service", "MaskApi")]
    [InlineData("## Folders of the pipeline", "MaskApi.Vision")]
    public void Every_folder_with_code_is_in_the_diagram(string heading, string project)
    {
        var root = Repository.PathOf($"src/{project}");
        var folders = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, Path.GetDirectoryName(file)!))
            .Where(static folder => folder is not "bin" and not "obj" && !folder.StartsWith("bin/", StringComparison.Ordinal)
                && !folder.StartsWith("obj/", StringComparison.Ordinal))
            .Select(folder => folder == "." ? project : folder.Replace(Path.DirectorySeparatorChar, '.'))
            .ToHashSet();
        var drawn = DependencyDiagram.Below(heading).Nodes.Where(node => node == project || node != "MaskApi.Vision");
        Assert.Equal(folders.Order(), drawn.Order());
    }

    [Fact]
    public void Projects_reference_what_the_diagram_allows()
    {
        List<(string From, string To)> uses = [];
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            var document = XDocument.Load(file);
            uses.AddRange(Includes(document, "ProjectReference").Select(path => (project, Path.GetFileNameWithoutExtension(path))));
            uses.AddRange(Includes(document, "PackageReference").Select(package => (project, PackageNode(package) ?? package)));
            if (document.Root!.Attribute("Sdk")!.Value.EndsWith(".Web", StringComparison.Ordinal))
            {
                uses.Add((project, AspNetCore));
            }
        }

        AssertNone(uses
            .Where(static use => !_projects.Allows(use.From, use.To))
            .Select(static use => $"there is no arrow {use.From} --> {use.To}"));
        AssertNone(_projects.Unneeded(uses).Select(static line => $"nothing needs the arrow {line}"));
    }

    /// <summary>Every restored package, transitive ones included, belongs to the project or to one it references in the diagram.</summary>
    [Theory]
    [InlineData("MaskApi")]
    [InlineData("MaskApi.Vision")]
    [InlineData("MaskApi.Client")]
    public void No_project_restores_another_projects_package(string project)
    {
        var reach = new HashSet<string> { project };
        while (_projects.Nodes.Where(node => !reach.Contains(node) && reach.Any(from => _projects.Allows(from, node))).ToList()
            is { Count: > 0 } more)
        {
            reach.UnionWith(more);
        }

        using var assets = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"src/{project}/obj/project.assets.json")));
        var frameworks = assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
            .Where(static framework => framework.Value.TryGetProperty("frameworkReferences", out _))
            .SelectMany(static framework => framework.Value.GetProperty("frameworkReferences").EnumerateObject());
        var restored = assets.RootElement.GetProperty("libraries").EnumerateObject().Concat(frameworks)
            .Select(static library => library.Name.Split('/')[0]).ToList();
        Assert.NotEmpty(restored);
        Assert.DoesNotContain(restored, package => PackageNode(package) is { } node && !reach.Contains(node));
    }

    [Fact]
    public void The_pipeline_does_not_depend_on_aspnet_core() =>
        Assert.DoesNotContain(
            typeof(FacePipeline).Assembly.GetReferencedAssemblies(),
            static assembly => assembly.Name!.StartsWith(AspNetCore, StringComparison.Ordinal));

    private static void AssertNone(IEnumerable<string> differences)
    {
        var lines = string.Join('\n', differences);
        Assert.True(lines.Length == 0, $"The code and docs/architecture.md differ:\n{lines}");
    }

    /// <summary>Lists which type of a project uses which type of another folder or of the pipeline.</summary>
    private static List<(string From, string To, string Type, string Target)> Uses(string project)
    {
        var architecture = new ArchLoader().LoadAssemblies(typeof(ServiceHost).Assembly, typeof(FacePipeline).Assembly).Build();
        List<(string From, string To, string Type, string Target)> uses =
        [
            .. architecture.Types
                .SelectMany(type => type.Dependencies.Select(dependency => (Type: type, dependency.Target)))
                .Select(use => (
                    Node(project, use.Type.Namespace?.FullName),
                    Node(project, use.Target.Namespace?.FullName),
                    use.Type.FullName,
                    use.Target.FullName))
                .Where(static use => use.Item1 is not null && use.Item2 is not null && use.Item1 != use.Item2)
                .Select(static use => (use.Item1!, use.Item2!, use.Item3, use.Item4))
                .Distinct(),
        ];
        Assert.NotEmpty(uses);
        return uses;
    }

    /// <summary>The node for a namespace: its folder, or a whole project when seen from another.</summary>
    private static string? Node(string project, string? namespaceName) => namespaceName switch
    {
        null => null,
        _ when namespaceName == project => project,
        _ when project == "MaskApi" && $"{namespaceName}.".StartsWith("MaskApi.Vision.", StringComparison.Ordinal) => "MaskApi.Vision",

        // Another project below the pipeline, not a folder of the service.
        _ when $"{namespaceName}.".StartsWith("MaskApi.Onnx.", StringComparison.Ordinal) => null,
        _ when namespaceName.StartsWith(project + ".", StringComparison.Ordinal) => namespaceName[(project.Length + 1)..],
        _ => null,
    };

    /// <summary>The node a package belongs to, by name prefix; null if the diagram has none.</summary>
    private static string? PackageNode(string package) => _projects.Nodes.FirstOrDefault(node =>
        !node.StartsWith("MaskApi", StringComparison.Ordinal)
        && (package == node
            || package.StartsWith(node + ".", StringComparison.OrdinalIgnoreCase)
            || package.StartsWith(node + "-", StringComparison.Ordinal)));

    /// <summary>Included items, except build tools, which are not needed at run time.</summary>
    private static IEnumerable<string> Includes(XDocument project, string item) => project.Descendants(item)
        .Where(static element => element.Attribute("PrivateAssets") is null)
        .Select(static element => element.Attribute("Include")!.Value.Replace('\\', '/'));
}
