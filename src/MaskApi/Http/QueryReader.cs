using MaskApi.Detections;
using MaskApi.Problems;

namespace MaskApi.Http;

/// <summary>Reads query parameters and gathers everything that is wrong, so that a caller hears of it all at once.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The reader of a request, which all that is bound from its query shares.</summary>
    public static QueryReader Of(HttpContext context)
    {
        if (context.Features.Get<QueryReader>() is not { } reader)
        {
            context.Features.Set(reader = new QueryReader(context.Request.Query));
        }

        return reader;
    }

    /// <summary>An endpoint filter: ends requests of whose query something could not be bound.</summary>
    /// <exception cref="ProblemException"><c>invalid_parameter</c>.</exception>
    public static ValueTask<object?> RequireValidAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Of(context.HttpContext).ThrowIfInvalid();
        return next(context);
    }

    /// <summary>The text of a parameter; null when it is absent or given more than once, which is noted.</summary>
    public string? Value(QueryParameter parameter)
    {
        var values = query[parameter.Name];
        return values.Count <= 1 ? values : Fail(parameter, "must be given only once", (string?)null);
    }

    /// <summary>Notes what is wrong with a parameter.</summary>
    /// <returns><paramref name="fallback"/>, to go on with.</returns>
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
