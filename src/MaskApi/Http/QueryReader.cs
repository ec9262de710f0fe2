using MaskApi.OpenApi;
using MaskApi.Problems;

namespace MaskApi.Http;

/// <summary>Reads query parameters and collects all errors, so a caller learns of them at once.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    /// <summary>Longest unknown name that is echoed.</summary>
    private const int MaxName = 64;

    /// <summary>Maximum number of unknown names that are reported.</summary>
    private const int MaxUnknown = 8;

    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The request's reader, shared by everything that binds from its query.</summary>
    public static QueryReader Of(HttpContext context)
    {
        if (context.Features.Get<QueryReader>() is not { } reader)
        {
            context.Features.Set(reader = new QueryReader(context.Request.Query));
        }

        return reader;
    }

    /// <summary>An endpoint filter: ends requests with invalid query parameters.</summary>
    /// <exception cref="ProblemException"><c>invalid_parameter</c>.</exception>
    public static ValueTask<object?> RequireValidAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var query = Of(context.HttpContext);
        if (HttpMethods.IsPost(context.HttpContext.Request.Method))
        {
            query.FailUnknown(context.HttpContext);
        }

        query.ThrowIfInvalid();
        return next(context);
    }

    /// <summary>
    /// Records names that the endpoint does not know. Not used for GET: links to pictures get names added that are not meant for it.
    /// </summary>
    private void FailUnknown(HttpContext context)
    {
        var known = context.GetEndpoint()?.Metadata.OfType<EndpointDescriptions.QueryMetadata>()
            .SelectMany(static metadata => metadata.Parameters).Select(static parameter => parameter.Name).ToList() ?? [];
        if (known.Count == 0)
        {
            return;
        }

        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Take(MaxUnknown))
        {
            var shown = name.Length <= MaxName ? name : name[..MaxName];
            // A name that resembles none gets no suggestion: half of it or more would have to be replaced.
            var nearest = known.MinBy(valid => Distance(shown, valid))!;
            _errors[shown] = Distance(shown, nearest) * 2 < shown.Length
                ? [$"is not a parameter of this endpoint; did you mean '{nearest}'?"]
                : [$"is not a parameter of this endpoint; it has {string.Join(", ", known.Select(static valid => $"'{valid}'"))}"];
        }
    }

    /// <summary>
    /// The minimum edit distance of a name from any part of another (Sellers), so "threshold" finds "detectionThreshold". Ignores case and
    /// underscores.
    /// </summary>
    private static int Distance(string one, string other)
    {
        var (a, b) = (Plain(one), Plain(other));
        var row = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row.Min();

        static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary>The text of a parameter; null if it is absent or, which is recorded, repeated.</summary>
    public string? Value(QueryParameter parameter)
    {
        var values = query[parameter.Name];
        return values.Count <= 1 ? values : Fail(parameter, "must be given only once", (string?)null);
    }

    /// <summary>Records what is wrong with a parameter.</summary>
    /// <returns><paramref name="fallback"/>, to continue with.</returns>
    public T Fail<T>(QueryParameter parameter, string message, T fallback)
    {
        _errors[parameter.Name] = [message];
        return fallback;
    }

    /// <summary>Ends the request if anything was wrong.</summary>
    /// <exception cref="ProblemException"><c>invalid_parameter</c>.</exception>
    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            throw new ProblemException(ProblemKinds.InvalidParameter, ProblemKinds.InvalidParameter.Example) { Errors = _errors };
        }
    }
}
