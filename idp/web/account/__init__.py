"""The holder's own space: who I am here, my channels, my applications, my last connections."""
