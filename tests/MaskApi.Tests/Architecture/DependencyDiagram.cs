using System.Text.RegularExpressions;
using MaskApi.Testing;

namespace MaskApi.Tests.Architecture;

/// <summary>
/// One Mermaid flowchart of docs/architecture.md, read as rules: an arrow allows one node to use another, an arrow from or to
/// a subgraph covers every node in it, and nothing else is allowed.
/// </summary>
internal sealed partial class DependencyDiagram
{
    private readonly Dictionary<string, HashSet<string>> _groups = [];
    private readonly List<Rule> _rules = [];

    private DependencyDiagram(string text)
    {
        string? group = null;
        foreach (var line in text.Split('\n').Select(static line => line.Trim()))
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (line == "end")
            {
                group = null;
            }
            else if (Subgraph().Match(line) is { Success: true } subgraph)
            {
                group = subgraph.Groups["id"].Value;
                _groups.Add(group, []);
            }
            else if (Arrow().Match(line) is { Success: true } arrow)
            {
                var (from, to) = (Ids(arrow.Groups["from"].Value), Ids(arrow.Groups["to"].Value));
                _rules.Add(new Rule(line, from, to, Both: arrow.Groups["both"].Success));
                AddNodes([.. from, .. to]);
            }
            else
            {
                Assert.Matches(Node(), line);
                AddNodes(Ids(line));
            }
        }

        // Arrows may name a subgraph before it is drawn.
        Nodes.ExceptWith(_groups.Keys);

        void AddNodes(string[] nodes)
        {
            Nodes.UnionWith(nodes);
            if (group is not null)
            {
                _groups[group].UnionWith(nodes);
            }
        }
    }

    /// <summary>The nodes of the diagram, without subgraphs.</summary>
    internal HashSet<string> Nodes { get; } = [];

    /// <summary>The diagram below a heading.</summary>
    internal static DependencyDiagram Below(string heading)
    {
        var document = File.ReadAllText(Repository.PathOf("docs/architecture.md")).ReplaceLineEndings("\n");
        var section = document[(document.IndexOf($"\n{heading}\n", StringComparison.Ordinal) + 1)..];
        Assert.StartsWith(heading, section, StringComparison.Ordinal);
        return new DependencyDiagram(Flowchart().Match(section).Groups["text"].Value);
    }

    /// <summary>Whether an arrow allows this use.</summary>
    internal bool Allows(string from, string to) => _rules.Any(rule => Covers(rule, from, to));

    /// <summary>The arrows that none of these uses needs.</summary>
    internal IEnumerable<string> Unneeded(IReadOnlyCollection<(string From, string To)> uses) =>
        _rules.Where(rule => !uses.Any(use => Covers(rule, use.From, use.To))).Select(static rule => rule.Line);

    private bool Covers(Rule rule, string from, string to) =>
        (Names(rule.From, from) && Names(rule.To, to)) || (rule.Both && Names(rule.From, to) && Names(rule.To, from));

    private bool Names(string[] ids, string node) =>
        ids.Any(id => id == node || (_groups.TryGetValue(id, out var group) && group.Contains(node)));

    private static string[] Ids(string list) => [.. list.Split('&').Select(static node => Node().Match(node.Trim()).Groups["id"].Value)];

    [GeneratedRegex("```mermaid\nflowchart [A-Z]+\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Flowchart();

    [GeneratedRegex(@"^subgraph (?<id>\w+)")]
    private static partial Regex Subgraph();

    [GeneratedRegex("^(?<from>.+?) (?<both><)?--> (?<to>.+)$")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^(?<id>[\w.]+)(\[.*\])?$")]
    private static partial Regex Node();

    private sealed record Rule(string Line, string[] From, string[] To, bool Both);
}
