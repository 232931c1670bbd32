// swagger-ui-dist carries no types; these are the settings the docs page uses.
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  export default function SwaggerUI(settings: {
    url: string;
    dom_id: string;
    deepLinking?: boolean;
    docExpansion?: "none" | "list" | "full";
    defaultModelsExpandDepth?: number;
    filter?: boolean;
    persistAuthorization?: boolean;
    tryItOutEnabled?: boolean;
    displayRequestDuration?: boolean;
    validatorUrl?: string | null;
  }): unknown;
}
