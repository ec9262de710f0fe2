using System.Globalization;
using System.Text.Json.Nodes;
using MaskApi.Annotations;
using MaskApi.Http;
using MaskApi.Problems;
using MaskApi.Security;
using MaskApi.Vision;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MaskApi.OpenApi;

/// <summary>The OpenAPI document and Swagger UI.</summary>
internal static class OpenApiDescription
{
    private const string DocumentName = "v1";

    /// <summary>In the order in which a newcomer needs them.</summary>
    private static readonly string[] _groups = ["Detections", "Annotations", "Service"];

    /// <summary>Adds the generator.</summary>
    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(static options =>
        {
            options.SwaggerDoc(DocumentName, new OpenApiInfo
            {
                Title = "MaskApi",
                Version = DocumentName,
                Description = "Finds every face in a photograph and tells whether it wears a mask, and whether the mask is worn correctly. "
                    + "Coordinates are pixels of the upright picture, origin top left. "
                    + "Every error is a problem document (RFC 9457) with a stable `code`; only a request that the server cannot parse "
                    + "(400 or 505, or 414 and 431 for an address beyond 8 KB or headers beyond 32 KB) gets a response without a body.",
                License = new OpenApiLicense { Name = "Apache-2.0", Url = new Uri("https://www.apache.org/licenses/LICENSE-2.0") },
            });
            options.IncludeXmlComments(typeof(OpenApiDescription).Assembly);
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.AddSecurityDefinition(ApiKeyAuthentication.SchemeName, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyAuthentication.Header,
                Description = "Required if the operator configured keys.",
            });
            options.AddSecurityDefinition(ApiKeyAuthentication.BearerScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = ApiKeyAuthentication.BearerScheme.ToLowerInvariant(),
                Description = "The same keys, for tools that send them this way.",
            });
            options.OperationFilter<OperationDescription>();
            options.SchemaFilter<OpenSchemas>();
            options.OrderActionsBy(static action =>
            {
                var tag = action.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>().First().Tags[0];
                return $"{Array.IndexOf(_groups, tag)}{action.RelativePath}";
            });
        });
    }

    /// <summary>Serves <c>/swagger</c> and <c>/swagger/v1/swagger.json</c>.</summary>
    public static void UseOpenApiDocument(this WebApplication app)
    {
        var links = app.Services.GetRequiredService<AnnotationLinks>();
        app.UseSwagger(options => options.PreSerializeFilters.Add((document, request) =>
        {
            // Below a proxy's prefix, "Try it out" and generated clients must not call the host's root.
            if (Uri.TryCreate(links.BaseUrl(request), UriKind.Absolute, out var address)
                && address.AbsolutePath.TrimEnd('/') is { Length: > 0 } prefix)
            {
                document.Servers = [new OpenApiServer { Url = prefix }];
            }
        }));
        app.UseSwaggerUI(static options =>
        {
            options.DocumentTitle = "MaskApi";
            options.SwaggerEndpoint("v1/swagger.json", "MaskApi v1");
            options.EnableTryItOutByDefault();
            options.DisplayRequestDuration();
        });
    }

    /// <summary>
    /// Lets answers gain members. The generator closes every schema, and a client that checks answers against a closed one would break
    /// with the next version.
    /// </summary>
    private sealed class OpenSchemas : ISchemaFilter
    {
        /// <inheritdoc/>
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is OpenApiSchema { AdditionalProperties: null } open)
            {
                open.AdditionalPropertiesAllowed = true;
            }
        }
    }

    /// <summary>Describes what the handlers read from the request themselves, and every problem with an example.</summary>
    private sealed class OperationDescription : IOperationFilter
    {
        /// <inheritdoc/>
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
            {
                // Any of the three: a key in either header or, if none is configured, no key.
                operation.Security =
                [
                    new OpenApiSecurityRequirement { [Scheme(ApiKeyAuthentication.SchemeName)] = [] },
                    new OpenApiSecurityRequirement { [Scheme(ApiKeyAuthentication.BearerScheme)] = [] },
                    new OpenApiSecurityRequirement(),
                ];

                OpenApiSecuritySchemeReference Scheme(string name) => new(name, context.Document);
            }

            if (AnswerExamples.Success(operation.OperationId) is { } example
                && operation.Responses?["200"].Content?["application/json"] is OpenApiMediaType success)
            {
                success.Example = example;
            }

            foreach (var metadata in context.ApiDescription.ActionDescriptor.EndpointMetadata)
            {
                switch (metadata)
                {
                    case EndpointDescriptions.QueryMetadata query:
                        operation.Parameters ??= [];
                        foreach (var parameter in query.Parameters)
                        {
                            operation.Parameters.Add(Describe(parameter));
                        }

                        break;
                    case EndpointDescriptions.RouteMetadata route:
                        operation.Parameters!.OfType<OpenApiParameter>()
                            .Single(parameter => parameter.Name == route.Name)
                            .Description = route.Description;
                        break;
                    case EndpointDescriptions.PictureBody:
                        operation.RequestBody = PictureBody();
                        break;
                    case EndpointDescriptions.PicturesBody:
                        operation.RequestBody = PicturesBody();
                        break;
                    case EndpointDescriptions.ProblemMetadata problems:
                        Describe(operation, problems.Kinds);
                        break;
                    case EndpointDescriptions.PictureAnswer:
                        DescribePicture(operation);
                        break;
                }
            }
        }

        private static OpenApiParameter Describe(QueryParameter parameter) => new()
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Schema = parameter switch
            {
                NumberParameter number => new OpenApiSchema
                {
                    Type = JsonSchemaType.Number,
                    Format = "float",
                    Minimum = Text(number.Min),
                    Maximum = Text(number.Max),
                    Default = JsonNode.Parse(Text(number.Default)),
                },
                IntegerParameter integer => new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Minimum = Text(integer.Min),
                    Maximum = Text(integer.Max),
                    Default = integer.Default,
                },
                FlagParameter flag => new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = flag.Default },
                ChoiceParameter choice => new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. choice.Choices.Select(static word => (JsonNode)word)],
                    Default = choice.Default is null ? null : (JsonNode)choice.Default,
                },
                _ => new OpenApiSchema { Type = JsonSchemaType.String },
            },
        };

        private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

        /// <remarks>
        /// Only the form is described, although files and JSON are accepted too. Given several content types, generators use one for all
        /// (NSwag writes JSON and calls it a form) or refuse the rest (Kiota).
        /// </remarks>
        private static OpenApiRequestBody PictureBody() => new()
        {
            Required = true,
            Description = "One picture: JPEG, PNG, WebP, GIF (first frame) or BMP. What is transparent is composited on white.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema> { ["image"] = Binary("The picture.") },
                        Required = new HashSet<string> { "image" },
                    },
                },
            },
        };

        private static OpenApiRequestBody PicturesBody() => new()
        {
            Required = true,
            Description = "Several pictures.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["images"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Binary("One picture.") },
                        },
                        Required = new HashSet<string> { "images" },
                    },
                },
            },
        };

        private static OpenApiSchema Binary(string description) =>
            new() { Type = JsonSchemaType.String, Format = "binary", Description = description };

        private static void DescribePicture(OpenApiOperation operation)
        {
            if (operation.Responses?["200"] is not OpenApiResponse response)
            {
                return;
            }

            response.Description = "The annotated picture.";
            foreach (var type in OutputPicture.MediaTypes)
            {
                response.Content![type] = new OpenApiMediaType { Schema = Binary("The annotated picture.") };
            }

            response.Headers = AnnotationService.CountHeaders.Keys.ToDictionary(
                static header => header,
                static header => (IOpenApiHeader)new OpenApiHeader
                {
                    Description = Verdicts.All.FirstOrDefault(verdict => verdict.Header == header) is { } verdict
                        ? $"Number of faces labelled `{verdict.Name}`."
                        : "Number of faces.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                });
        }

        private static void Describe(OpenApiOperation operation, IReadOnlyList<ProblemKind> kinds)
        {
            foreach (var group in kinds.GroupBy(static kind => kind.Status))
            {
                if (operation.Responses?[group.Key.ToString(CultureInfo.InvariantCulture)] is not OpenApiResponse response
                    || response.Content?["application/problem+json"] is not OpenApiMediaType content)
                {
                    continue;
                }

                response.Description = string.Join("; ", group.Select(static kind => $"`{kind.Code}`: {kind.Title}")) + ".";
                content.Examples = group.ToDictionary(
                    static kind => kind.Code,
                    static kind => (IOpenApiExample)new OpenApiExample { Summary = kind.Title, Value = AnswerExamples.Of(kind) });
                if (group.Key is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
                {
                    response.Headers = new Dictionary<string, IOpenApiHeader>
                    {
                        ["Retry-After"] = new OpenApiHeader
                        {
                            Description = "Seconds after which to try again.",
                            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                        },
                    };
                }
            }
        }
    }
}
