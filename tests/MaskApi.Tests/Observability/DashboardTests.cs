using System.Text.Json;
using System.Text.RegularExpressions;
using MaskApi.Testing;

namespace MaskApi.Tests.Observability;

/// <summary>Grafana's dashboard and Prometheus's alerts ask for metrics that the service has, and for labels that these have.</summary>
public sealed partial class DashboardTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Every_query_finds_what_it_asks_for()
    {
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        using var detected = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        using var refused = await client.PostAsync("/v1/detections", Http.Raw("text"u8.ToArray()), _token);
        using var batch = await client.PostAsync("/v1/detections/batch", Http.Form("text"u8.ToArray(), "images"), _token);
        var series = Line().Matches(await client.GetStringAsync("/metrics", _token))
            .Select(static line => new Series(line.Groups["name"].Value, Labels(line.Groups["labels"].Value)))
            .ToList();

        Assert.All(DashboardQueries().Concat(AlertQueries()), query =>
        {
            // Prometheus adds the instance.
            var grouping = Grouping().Matches(query)
                .SelectMany(static by => by.Groups["labels"].Value.Split(", ")).Except(["instance"]).ToList();
            var selectors = Selector().Matches(query);
            Assert.True(selectors.Count > 0, $"{query} asks for nothing.");
            Assert.All(selectors, selector => Assert.True(
                series.Exists(one => one.Name == selector.Groups["name"].Value
                    && grouping.TrueForAll(one.Labels.ContainsKey)
                    && Matcher().Matches(selector.Groups["matchers"].Value).All(matcher => IsMet(matcher, one.Labels))),
                $"{query}: the service has no {selector.Value}, or not by {string.Join(", ", grouping)}."));
        });
    }

    private static IEnumerable<string> DashboardQueries()
    {
        var dashboard = JsonElement.Parse(File.ReadAllText(Repository.PathOf("deploy/observability/grafana/dashboards/maskapi.json")));
        return dashboard.GetProperty("panels").EnumerateArray()
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!);
    }

    /// <summary>All but the one for <c>up</c>, which is Prometheus's own.</summary>
    private static IEnumerable<string> AlertQueries() =>
        Expression().Matches(File.ReadAllText(Repository.PathOf("deploy/observability/alerts.yml")))
            .Select(static match => match.Groups["query"].Value)
            .Where(static query => !query.StartsWith("up{", StringComparison.Ordinal));

    private static Dictionary<string, string> Labels(string text) =>
        Matcher().Matches(text).ToDictionary(static label => label.Groups["label"].Value, static label => label.Groups["value"].Value);

    /// <summary>A single value, such as a code, need not occur: there is no defect to show here.</summary>
    private static bool IsMet(Match matcher, Dictionary<string, string> labels)
    {
        var expected = matcher.Groups["value"].Value;
        return labels.TryGetValue(matcher.Groups["label"].Value, out var value) && matcher.Groups["operator"].Value switch
        {
            "=" => true,
            "!=" => value != expected,
            "=~" => Regex.IsMatch(value, $"^(?:{expected})$"),
            var other => throw new NotSupportedException($"The operator {other} is not used so far."),
        };
    }

    [GeneratedRegex("^(?<name>[a-z_]+)\\{(?<labels>.*)\\} ", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("^ *- alert: .*\n *expr: (?<query>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    /// <summary>A metric with its matchers; its name has an underscore and, unlike a function's, no parenthesis after it.</summary>
    [GeneratedRegex("\\b(?<name>[a-z]+(?:_[a-z]+)+)\\b(?!\\()(?:\\{(?<matchers>[^}]*)\\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("(?<label>[a-z_]+)(?<operator>=~|!~|!=|=)\"(?<value>[^\"]*)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex("\\bby \\((?<labels>[a-z_, ]+)\\)")]
    private static partial Regex Grouping();

    private sealed record Series(string Name, Dictionary<string, string> Labels);
}
