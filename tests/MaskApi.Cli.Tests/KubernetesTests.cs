using System.Text;
using MaskApi.Testing;

namespace MaskApi.Cli.Tests;

/// <summary>The manifests of <c>deploy/kubernetes</c> fit the schemas of Kubernetes.</summary>
public sealed class KubernetesTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Manifests_fit_their_schemas()
    {
        Command.SkipWithout("npm");
        Command.SkipWithout("node");
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("tests/MaskApi.Cli.Tests/Kubernetes")))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var (code, _, error) = await Command.TryAsync(folder.Info, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        Assert.SkipWhen(code != 0, $"npm cannot fetch the schemas: {error}");

        // Kustomize's own files are no objects of a cluster.
        string[] manifests =
        [
            .. Directory.EnumerateFiles(Repository.PathOf("deploy/kubernetes"), "*.yaml", SearchOption.AllDirectories)
                .Where(static file => Path.GetFileName(file) != "kustomization.yaml"),
        ];
        var kinds = await Command.RunAsync(folder.Info, "node", ["validate.cjs", .. manifests]);
        Assert.All(["Deployment", "Service", "Job"], kind => Assert.Contains(kind, kinds.Split('\n')));

        // A wrong type is seen.
        var job = File.ReadAllText(manifests.Single(static file => Path.GetFileName(file) == "job.yaml"));
        var broken = job.Replace("completionMode: Indexed", "completions: many", StringComparison.Ordinal);
        folder.Write("wrong.yaml", Encoding.UTF8.GetBytes(broken));
        var (wrong, _, _) = await Command.TryAsync(folder.Info, "node", "validate.cjs", folder["wrong.yaml"]);
        Assert.NotEqual(0, wrong);
    }
}
